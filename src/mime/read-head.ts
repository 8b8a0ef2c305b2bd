import type { Header } from "./mail.ts";
import { type HeaderLine, readHeaders } from "./read-headers.ts";

/** The header fields of an entity, and where its body begins. `rest` is what stands in it beyond the bound. */
export type Head = { headers: Header[]; fields: HeaderLine[]; end: number; rest: Uint8Array | null };

/** Long chains of Received, ARC and DKIM fields stay below a third of it. */
const most = { bytes: 64 * 1024, fields: 1000 };

/**
 * Reads the header of an entity (RFC 5322 §2.2), up to an empty line or a boundary. Lines that are no fields belong to the
 * field above them while more fields follow; else the empty line was forgotten, and the body begins with them. What is
 * beyond the bound is not read.
 */
export function readHead(bytes: Buffer, start: number, isBoundary: (line: string) => boolean): Head {
  const { lines, end, restAt } = linesOfHead(bytes, start, isBoundary);
  const lastField = lines.findLastIndex(({ text }) => isField(text));
  const fields: string[] = [];
  for (const [index, { text, at }] of lines.entries()) {
    if (isField(text)) fields.push(text);
    // Nothing stands above the first line, so it continues nothing: the space in front of it is a slip.
    else if (fields.length === 0 && isField(text.trimStart())) fields.push(text.trimStart());
    else if (fields.length === 0 && isMailboxLine(text)) continue;
    else if (fields.length > 0 && (/^[ \t]/.test(text) || index < lastField || isParameter(text)))
      fields.push(`${fields.pop() ?? ""} ${text.trim()}`);
    else if (!isMailboxLine(text)) return { ...headersOf(fields), end: at, rest: null };
  }
  return { ...headersOf(fields), end, rest: restAt === null ? null : bytes.subarray(restAt, end) };
}

type Line = { text: string; at: number };

function linesOfHead(
  bytes: Buffer,
  start: number,
  isBoundary: (line: string) => boolean,
): { lines: Line[]; end: number; restAt: number | null } {
  const lines: Line[] = [];
  let fields = 0;
  let restAt: number | null = null;
  for (let at = start; at < bytes.length; ) {
    const lineFeed = bytes.indexOf(0x0a, at);
    const after = lineFeed === -1 ? bytes.length : lineFeed + 1;
    const text = bytes
      .toString("latin1", at, Math.min(after, at + most.bytes + 1))
      .replace(/\r?\n$/, "")
      .replaceAll("\0", "");
    if (text === "") return { lines, end: after, restAt };
    if (text.startsWith("--") && isBoundary(text.trimEnd())) return { lines, end: at, restAt };
    if (isField(text)) fields += 1;
    if (after - start > most.bytes || fields > most.fields) restAt ??= at;
    if (restAt === null) lines.push({ text, at });
    at = after;
  }
  return { lines, end: bytes.length, restAt };
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
