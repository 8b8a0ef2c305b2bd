import { createHash } from "node:crypto";

/** A release of Tails: what its reports say about itself. `date` is YYYYMMDD. */
export type Release = {
  version: string;
  date: string;
  kernel: string;
  commit: string;
  channel: string | null;
};

/** The release with this version; throws when the list does not hold it. */
export function findRelease(version: string): Release {
  const release = releasesByVersion.get(version);
  if (!release) throw new Error(`No release ${version} in the demo`);
  return release;
}

/** True when this version is the given one or a later one; "7.0~rc1" counts as 7.0. */
export function isSince(version: string, first: string): boolean {
  const mine = numbersOf(version);
  const other = numbersOf(first);
  for (let i = 0; i < 3; i++) {
    const difference = (mine[i] ?? 0) - (other[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** The releases that most people run, for made-up reports. */
export const recentVersions = [
  "6.15.1",
  "6.18",
  "6.19",
  "7.0",
  "7.1",
  "7.2",
  "7.3.1",
  "7.4",
  "7.5",
  "7.6",
  "7.6.2",
];

const releases: [version: string, date: string, kernel: string][] = [
  ["5.8", "20221220", "6.0.0-6-amd64"],
  ["5.10", "20230214", "6.0.0-6-amd64"],
  ["5.12", "20230418", "6.1.0-7-amd64"],
  ["5.13", "20230515", "6.1.0-9-amd64"],
  ["5.14", "20230612", "6.1.0-9-amd64"],
  ["5.15.1", "20230711", "6.1.0-10-amd64"],
  ["5.16", "20230807", "6.1.0-10-amd64"],
  ["5.17", "20230904", "6.1.0-11-amd64"],
  ["5.18", "20231002", "6.1.0-13-amd64"],
  ["5.19", "20231030", "6.1.0-13-amd64"],
  ["5.20", "20231127", "6.1.0-13-amd64"],
  ["5.22", "20240129", "6.1.0-17-amd64"],
  ["6.0", "20240226", "6.1.0-18-amd64"],
  ["6.1", "20240326", "6.1.0-18-amd64"],
  ["6.3", "20240513", "6.1.0-21-amd64"],
  ["6.4", "20240617", "6.1.0-21-amd64"],
  ["6.8", "20241007", "6.1.0-25-amd64"],
  ["6.9", "20241030", "6.1.0-26-amd64"],
  ["6.10", "20241128", "6.1.0-28-amd64"],
  ["6.11", "20250108", "6.1.0-29-amd64"],
  ["6.14.1", "20250407", "6.1.0-32-amd64"],
  ["6.15.1", "20250519", "6.1.0-35-amd64"],
  ["6.18", "20250729", "6.1.0-37-amd64"],
  ["6.19", "20250826", "6.1.0-38-amd64"],
  ["7.0~rc1", "20250904", "6.12.43+deb13-amd64"],
  ["7.0", "20250918", "6.12.43+deb13-amd64"],
  ["7.1", "20251023", "6.12.48+deb13-amd64"],
  ["7.2", "20251111", "6.12.57+deb13-amd64"],
  ["7.3.1", "20251210", "6.12.57+deb13-amd64"],
  ["7.4", "20260113", "6.12.63+deb13-amd64"],
  ["7.5", "20260217", "6.12.69+deb13-amd64"],
  ["7.6", "20260317", "6.12.74+deb13-amd64"],
  ["7.6.1", "20260331", "6.12.74+deb13-amd64"],
  ["7.6.2", "20260414", "6.12.78+deb13-amd64"],
];

const releasesByVersion = new Map(
  releases.map(([version, date, kernel]) => [version, describe(version, date, kernel)]),
);

function describe(version: string, date: string, kernel: string): Release {
  const commit = createHash("sha1").update(`Tails ${version}`).digest("hex");
  const channel = /~([a-z]+)/.exec(version)?.[1] ?? null;
  return { version, date, kernel, commit, channel };
}

function numbersOf(version: string): number[] {
  return (version.split("~")[0] ?? "").split(".").map(Number);
}
