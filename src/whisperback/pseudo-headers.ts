import { cleanLine } from "./clean-line.ts";
import { absent, present, unreadable } from "./known.ts";
import type { AppPrefill, Known } from "./report.ts";
import { versionOfRelease } from "./tails-version.ts";

/** What stands above the person's text; `textAt` is the index of the line after it. */
export type PseudoHeaders = {
  subject: string | null;
  from: string | null;
  key: string | null;
  version: VersionBlock;
  prefill: AppPrefill | null;
  detailsAt: number | null; // the details run on over the lines from here
  textAt: number;
};

export type VersionBlock = { form: "os-release" | "old" | "other" | null; version: Known<string> };

/**
 * Read the pseudo-headers from the given line on, each at most once and in their order, and stop at the first
 * line that fits none. Lines further down that look the same are text: the journal is full of them.
 */
export function readPseudoHeaders(lines: readonly string[], first = 0): PseudoHeaders {
  let at = first;
  const take = (name: string) => {
    const value = headerValue(lines[at], name);
    if (value !== null) at += 1;
    return value;
  };

  const subject = take("Subject");
  const from = take("From");
  const key = take("OpenPGP-Key");
  const { block: version, next } = readVersionBlock(lines, at);
  at = next;
  if (version.form === null && lines[at] === "" && lines[at + 1]?.startsWith("Bug-specific ")) at += 1;

  const app = take("Bug-specific app");
  const summary = take("Bug-specific summary");
  const detailsAt = headerValue(lines[at], "Bug-specific details") === null ? null : at;
  const hasPrefill = app !== null || summary !== null || detailsAt !== null;
  const prefill = hasPrefill ? { app: clean(app), summary: clean(summary), details: null } : null;

  return { subject, from, key, version, prefill, detailsAt, textAt: at };
}

/** The value of `Name: value` when the line is that, else null. */
export function headerValue(line: string | undefined, name: string): string | null {
  if (!line?.startsWith(`${name}:`)) return null;
  return line.slice(name.length + 1).trim();
}

function clean(value: string | null): string | null {
  return value === null ? null : cleanLine(value);
}

function readVersionBlock(lines: readonly string[], at: number): { block: VersionBlock; next: number } {
  const value = headerValue(lines[at], "Tails-Version");
  if (value === null) return { block: { form: null, version: absent }, next: at };

  if (releaseLine.test(value)) {
    const next = endOf(lines, at + 1, releaseLine, 60);
    const version = versionOfRelease([value, ...lines.slice(at + 1, next)]);
    return { block: { form: "os-release", version: version ? present(version) : unreadable("") }, next };
  }

  const old = /^([0-9][0-9a-z.~-]*) - ([0-9]{8})$/.exec(value);
  const next = endOf(lines, at + 1, oldLine, 5);
  if (old?.[1]) return { block: { form: "old", version: present(old[1]) }, next };
  return { block: { form: "other", version: unreadable(cleanLine(value)) }, next };
}

const releaseLine = /^[A-Z][A-Z0-9_]*=/;
const oldLine = /^(?:[0-9a-f]{40}|live-(?:build|boot|config): ?[^\n]*)$/;

function endOf(lines: readonly string[], from: number, pattern: RegExp, most: number): number {
  let at = from;
  while (at < lines.length && at - from < most && pattern.test(lines[at] ?? "")) at += 1;
  return at;
}
