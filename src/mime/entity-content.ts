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
