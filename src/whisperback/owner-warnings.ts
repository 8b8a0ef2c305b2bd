/** Whether a section holds nothing but the warning that its file or directory has the wrong owner. */
export function isOwnerWarning(text: string): boolean {
  return text.length <= longestWarning && ownerWarning.test(text.trim());
}

/**
 * Tails 3.6 to 3.8 printed the warning without a marker, so it looks like the end of the section above: cut it
 * off there and say which file it is about.
 */
export function cutOwnerWarnings(text: string): {
  own: string;
  notOpened: { key: string; warning: string }[];
} {
  const notOpened: { key: string; warning: string }[] = [];
  let own = text;

  while (notOpened.length < mostWarnings) {
    const lineStart = own.lastIndexOf("\n") + 1;
    const warning = own.length - lineStart <= longestWarning ? own.slice(lineStart) : "";
    const key = ownerWarning.exec(warning)?.[1];
    if (!key) break;
    notOpened.unshift({ key, warning });
    own = withoutLastNewlines(own.slice(0, lineStart));
  }

  return { own, notOpened };
}

const longestWarning = 2000;
const mostWarnings = 50;
const ownerWarning =
  /^WARNING: not opening (?:file|directory) (\S[^\n]*), because it is owned by \S+ instead of \S+$/;

function withoutLastNewlines(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === "\n") end -= 1;
  return text.slice(0, end);
}
