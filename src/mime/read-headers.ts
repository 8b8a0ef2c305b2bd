import { isUtf8 } from "node:buffer";
import { decodeText } from "./decode-text.ts";
import type { Header } from "./mail.ts";

export type HeaderLine = { key: string; line: string };

/**
 * The header fields of a mail. The lines hold one character for each byte, line breaks of folding still inside. What is
 * not in ASCII is UTF-8 (RFC 6532), else in the charset that a person chose, or in that of the mail's texts, `near`, else
 * that of all headers is guessed.
 */
export function readHeaders(lines: readonly HeaderLine[], near?: string, chosen?: string): Header[] {
  const charset = near ?? charsetOf(lines);
  return lines.flatMap(({ line }) => {
    const colon = line.indexOf(":");
    if (colon < 1) return [];
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = decodeBytes(line.slice(colon + 1), charset, chosen);
    return [{ name, value: value.replace(/\r?\n|\0/g, "").trim() }];
  });
}

/** All values of a header, in order. */
export function headerValues(headers: readonly Header[], name: string): string[] {
  return headers.filter((header) => header.name === name).map((header) => header.value);
}

/** The first value of a header, or null. */
export function firstHeader(headers: readonly Header[], name: string): string | null {
  return headers.find((header) => header.name === name)?.value ?? null;
}

/** Of short values together more can be told than of each. */
function charsetOf(lines: readonly HeaderLine[]): string | undefined {
  const raw = lines
    .filter(({ line }) => !isPlain(line))
    .map(({ line }) => Buffer.from(`${line.slice(line.indexOf(":") + 1)}\n`, "latin1"))
    .filter((bytes) => !isUtf8(bytes));
  return raw.length < 2 ? undefined : decodeText(Buffer.concat(raw), undefined).charset;
}

function decodeBytes(binary: string, near: string | undefined, chosen: string | undefined): string {
  if (isPlain(binary)) return binary;
  const bytes = Buffer.from(binary, "latin1");
  return decodeText(bytes, undefined, isUtf8(bytes) ? { near } : { near, chosen }).text;
}

/** An escape begins another alphabet in ISO 2022. */
function isPlain(binary: string): boolean {
  return !/[\x80-\xff]/.test(binary) && !binary.includes("\x1b");
}
