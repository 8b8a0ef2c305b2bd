import { isSince, type Release } from "./releases.ts";

/** The text of /etc/os-release; the sanitiser has eaten the closing quote of each URL. */
export function osRelease(release: Release): string {
  const time = Date.UTC(
    Number(release.date.slice(0, 4)),
    Number(release.date.slice(4, 6)) - 1,
    Number(release.date.slice(6, 8)),
  );
  if (!isSince(release.version, "5.10")) {
    return `NAME="Tails"\nID="tails"\nVERSION="${release.version}"\nTAILS_PRODUCT_NAME="Tails"\nTAILS_VERSION_ID="${release.version}"\nTAILS_DISTRIBUTION="stable"`;
  }
  return [
    'NAME="Tails"',
    'ID="tails"',
    'ID_LIKE="debian"',
    'PRETTY_NAME="Tails"',
    `VERSION="${release.version}"`,
    'HOME_URL="https://[URL REMOVED]',
    'SUPPORT_URL="https://[URL REMOVED]',
    'BUG_REPORT_URL="https://[URL REMOVED]',
    `TAILS_DISTRIBUTION="${release.channel ? "testing" : "stable"}"`,
    ...(release.channel ? [`TAILS_CHANNEL="${release.channel}"`] : []),
    `TAILS_SOURCE_DATE_EPOCH="${time / 1000}"`,
    `TAILS_GIT_COMMIT="${release.commit}"`,
    `TAILS_GIT_TAG="${release.version.replace("~", "-")}"`,
  ].join("\n");
}
