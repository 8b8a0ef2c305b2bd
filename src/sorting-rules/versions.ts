/** Part of a range: a comparison with one version. */
export type Bound = { sign: "<" | "<=" | ">" | ">=" | "="; version: string };

/** Reads a range such as "6.0 - 6.10", ">= 7" or "> 6.2, < 7"; null when it is none. */
export function readRange(text: string): Bound[] | null {
  const span = /^\s*(\d[\d.]*(?:~\w+)?)\s+-\s+(\d[\d.]*(?:~\w+)?)\s*$/.exec(text);
  if (span) {
    return [
      { sign: ">=", version: span[1] ?? "" },
      { sign: "<=", version: span[2] ?? "" },
    ];
  }
  const parts = text.split(",").map((part) => /^\s*(<=|>=|<|>|=)?\s*(\d[\d.]*(?:~\w+)?)\s*$/.exec(part));
  const bounds: Bound[] = [];
  for (const part of parts) {
    if (!part) return null;
    bounds.push({ sign: (part[1] ?? "=") as Bound["sign"], version: part[2] ?? "" });
  }
  return bounds;
}

/** Whether a version of Tails, as a report says it, lies in a range. Text that is no version lies in none. */
export function isInRange(version: string, bounds: Bound[]): boolean {
  const clean = /^\s*(\d[\d.]*(?:~\w+)?)/.exec(version)?.[1];
  if (!clean) return false;
  return bounds.every(({ sign, version: bound }) => {
    const order = compareVersions(clean, bound);
    if (sign === "<") return order < 0;
    if (sign === "<=") return order <= 0;
    if (sign === ">") return order > 0;
    if (sign === ">=") return order >= 0;
    return order === 0;
  });
}

/** Below zero when the first is older: 6.9 < 6.10, 7.0~rc1 < 7.0, and 7 is 7.0. */
export function compareVersions(one: string, other: string): number {
  const [numbers = "", suffix = ""] = one.split("~");
  const [otherNumbers = "", otherSuffix = ""] = other.split("~");
  const [left, right] = [numbers.split("."), otherNumbers.split(".")];
  for (let place = 0; place < Math.max(left.length, right.length); place += 1) {
    const difference = Number(left[place] ?? 0) - Number(right[place] ?? 0);
    if (difference) return difference;
  }
  if (suffix === otherSuffix) return 0;
  if (suffix === "") return 1;
  if (otherSuffix === "") return -1;
  return suffix.localeCompare(otherSuffix, "en", { numeric: true });
}
