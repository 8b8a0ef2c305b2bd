import { cleanLine } from "./clean-line.ts";
import { absent, present, unreadable } from "./known.ts";
import type { Known, ReportKey } from "./report.ts";

/** The key a report gives: never fetched, only told. `block` is the armored text that "included below" announces. */
export function readReportKey(
  field: string | null,
  block: string | null,
  warnings: string[],
): Known<ReportKey> {
  if (field === null || field === "") return absent;
  if (field === announcement) {
    if (block !== null) return present({ kind: "block", value: block });
    warnings.push("A key block is announced, but there is none.");
    return unreadable(field);
  }

  const value = cleanLine(field);
  const digits = value.replace(/^(?:openpgp4fpr:|0x)/i, "").replaceAll(" ", "");
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(digits))
    return present({ kind: "fingerprint", value: digits.toUpperCase() });
  if (/^(?:0x)?(?:[0-9a-f]{8}|[0-9a-f]{16})$/i.test(value)) return present({ kind: "keyid", value });
  if (/^(?:https?|ftps?):\/\/[^\s/]+\.[^\s]+$/i.test(value)) return present({ kind: "url", value });
  return unreadable(value);
}

/** Cut the announced key block, the last one in the text, out of it. Not announced, a block is the person's text. */
export function cutKeyBlock(text: string, field: string | null): { text: string; block: string | null } {
  if (field !== announcement) return { text, block: null };

  const end = lastLine(text, endLine, text.length);
  if (!end) return { text, block: null };
  let begin = lastLine(text, beginLine, end.at);
  if (!begin) return { text, block: null };
  for (let before = blockBefore(text, begin.at); before; before = blockBefore(text, begin.at)) begin = before;

  const block = text.slice(begin.at, end.end);
  return { text: text.slice(0, begin.at) + text.slice(end.end), block };
}

const announcement = "included below";
const beginLine = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
const endLine = "-----END PGP PUBLIC KEY BLOCK-----";

type Line = { at: number; end: number };

// Several keys may have been pasted into the field, with at most one empty line between two blocks.
function blockBefore(text: string, at: number): Line | null {
  const gap = text.startsWith("\n\n", at - 2) ? 2 : 1;
  const above = lastLine(text, endLine, at - gap);
  return above?.end === at - gap ? lastLine(text, beginLine, above.at) : null;
}

function lastLine(text: string, line: string, before: number): Line | null {
  if (before < line.length) return null;
  for (
    let at = text.lastIndexOf(line, before - line.length);
    at !== -1;
    at = text.lastIndexOf(line, at - 1)
  ) {
    const end = at + line.length;
    const startsLine = at === 0 || text[at - 1] === "\n";
    if (startsLine && (end === text.length || text[end] === "\n")) return { at, end };
    if (at === 0) break;
  }
  return null;
}
