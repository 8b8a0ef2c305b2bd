import type { Header } from "./mail.ts";

export type HeaderLine = { key: string; line: string };

/** The header fields of a mail. The lines hold one character for each byte, line breaks of folding still inside. */
export function readHeaders(lines: readonly HeaderLine[]): Header[] {
  return lines.flatMap(({ line }) => {
    const colon = line.indexOf(":");
    if (colon < 1) return [];
    const name = line.slice(0, colon).trim().toLowerCase();
    return [
      {
        name,
        value: decodeBytes(line.slice(colon + 1))
          .replace(/\r?\n|\0/g, "")
          .trim(),
      },
    ];
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

/** Raw 8-bit headers are UTF-8 today (RFC 6532); what is not was Latin-1 in practice. */
function decodeBytes(binary: string): string {
  if (!/[\x80-\xff]/.test(binary)) return binary;
  const bytes = Buffer.from(binary, "latin1");
  const text = bytes.toString("utf8");
  return text.includes("\ufffd") ? new TextDecoder("windows-1252").decode(bytes) : text;
}
