/** Whether a version such as "7.3.1" or "6.0~rc1" is at least major.minor; null when that cannot be said. */
export function isAtLeast(version: string | null, major: number, minor: number): boolean | null {
  const match = /^(\d{1,4})(?:\.(\d{1,4}))?/.exec(version ?? "");
  if (!match) return null;

  const [ownMajor, ownMinor] = [Number(match[1]), Number(match[2] ?? 0)];
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

/** The version in the lines of an os-release file: `VERSION="7.4"`. Its quotes may be unbalanced elsewhere. */
export function versionOfRelease(lines: readonly string[]): string | null {
  for (const line of lines) {
    const match = /^VERSION="([0-9a-z.~-]+)"$/.exec(line);
    if (match) return match[1] ?? null;
  }
  return null;
}
