import type { Header } from "./mail.ts";
import { type HeaderLine, readHeaders } from "./read-headers.ts";

/** The header fields of an entity, and where its body begins. */
export type Head = { headers: Header[]; fields: HeaderLine[]; end: number; isTooLarge: boolean };

const longestHead = 1024 * 1024;

/**
 * Reads the header of an entity (RFC 5322 §2.2), up to an empty line or a boundary. Lines that are no fields belong to the
 * field above them while more fields follow; else the empty line was forgotten, and the body begins with them.
 */
export function readHead(bytes: Buffer, start: number, isBoundary: (line: string) => boolean): Head {
  const { lines, end, isTooLarge } = linesOfHead(bytes, start, isBoundary);
  const lastField = lines.findLastIndex(({ text }) => isField(text));
  const fields: string[] = [];
  for (const [index, { text, at }] of lines.entries()) {
    if (isField(text)) fields.push(text);
    // Nothing stands above the first line, so it continues nothing: the space in front of it is a slip.
    else if (fields.length === 0 && isField(text.trimStart())) fields.push(text.trimStart());
    else if (fields.length === 0 && isMailboxLine(text)) continue;
    else if (fields.length > 0 && (/^[ \t]/.test(text) || index < lastField || isParameter(text)))
      fields.push(`${fields.pop() ?? ""} ${text.trim()}`);
    else if (!isMailboxLine(text)) return { ...headersOf(fields), end: at, isTooLarge };
  }
  return { ...headersOf(fields), end, isTooLarge };
}

type Line = { text: string; at: number };

function linesOfHead(
  bytes: Buffer,
  start: number,
  isBoundary: (line: string) => boolean,
): { lines: Line[]; end: number; isTooLarge: boolean } {
  const lines: Line[] = [];
  for (let at = start; at < bytes.length; ) {
    if (at - start > longestHead) return { lines, end: at, isTooLarge: true };
    const lineFeed = bytes.indexOf(0x0a, at);
    const after = lineFeed === -1 ? bytes.length : lineFeed + 1;
    const text = bytes.toString("latin1", at, Math.min(after, at + longestHead + 1)).replace(/\r?\n$/, "");
    if (text === "") return { lines, end: after, isTooLarge: false };
    if (text.startsWith("--") && isBoundary(text.trimEnd())) return { lines, end: at, isTooLarge: false };
    lines.push({ text, at });
    at = after;
  }
  return { lines, end: bytes.length, isTooLarge: bytes.length - start > longestHead && lines.length === 1 };
}

const isField = (text: string) => /^[!-9;-~]+[ \t]*:/.test(text);

/** The line that a mailbox file puts in front of a mail, or a program that quotes such a line. */
const isMailboxLine = (text: string) => /^>?From [^:]/.test(text);

/** A parameter that was folded without a space in front. */
const isParameter = (text: string) =>
  /^(boundary|charset|name|filename|format|protocol)\*?\d*\*?=/i.test(text);

function headersOf(lines: string[]): Pick<Head, "headers" | "fields"> {
  const fields = lines.map((line) => ({ key: "", line }));
  return { headers: readHeaders(fields), fields };
}
