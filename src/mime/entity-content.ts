import type { Entity } from "./mime-tree.ts";

/** The bytes of an entity with its transfer encoding undone (RFC 2045 §6). Broken encodings give what can be read. */
export function contentOfEntity({ body, encoding }: Entity): Uint8Array {
  if (encoding === "base64") return Buffer.from(Buffer.from(body).toString("latin1"), "base64");
  return encoding === "quoted-printable" ? fromQuotedPrintable(body) : body;
}

function fromQuotedPrintable(body: Uint8Array): Buffer {
  const text = Buffer.from(body)
    .toString("latin1")
    .split("\n")
    .map(withoutSpacesAtEnd)
    .join("\n")
    .replace(/=\r?\n/g, "")
    .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(text, "latin1");
}

function withoutSpacesAtEnd(line: string): string {
  const lineEnd = line.endsWith("\r") ? "\r" : "";
  let end = line.length - lineEnd.length;
  while (line[end - 1] === " " || line[end - 1] === "\t") end -= 1;
  return line.slice(0, end) + lineEnd;
}

/** Text from bytes: what is valid UTF-8 unless another charset is named; a charset that nobody knows is a Western one. */
export function decodeText(bytes: Uint8Array, charset: string | undefined): string {
  const named = (charset ?? "").trim().toLowerCase();
  const utf8 = Buffer.from(bytes).toString("utf8");
  const isUtf8 = !utf8.includes("\ufffd");
  if (isUtf8 && (!named || /^(utf-?8|us-ascii|ascii)$/.test(named) || isAscii(bytes))) return clean(utf8);
  try {
    return clean(
      new TextDecoder(/^(utf-?8|us-ascii|ascii|)$/.test(named) ? "windows-1252" : named).decode(bytes),
    );
  } catch {
    return clean(isUtf8 ? utf8 : new TextDecoder("windows-1252").decode(bytes));
  }
}

/** An escape begins another alphabet in the charsets of ISO 2022. */
function isAscii(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte < 0x80 && byte !== 0x1b);
}

function clean(text: string): string {
  return text.replaceAll("\0", "").replace(/\r\n?/g, "\n").toWellFormed();
}
