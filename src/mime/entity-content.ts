import type { Entity } from "./mime-tree.ts";
import { decodeUuencoded } from "./uuencode.ts";

type Encoded = Pick<Entity, "body" | "encoding">;

/** What a part holds, and words that somebody put behind its encoded bytes without encoding them; mostly "". */
export type EntityContent = { bytes: Uint8Array; rest: string };

/** The bytes of an entity with its transfer encoding undone (RFC 2045 §6). Broken encodings give what can be read. */
export function contentOfEntity(entity: Encoded): Uint8Array {
  return readContent(entity).bytes;
}

/** The same, with what stands behind the encoded bytes: mailing lists put their footer there. */
export function readContent({ body, encoding }: Encoded): EntityContent {
  if (encoding === "base64") return fromBase64(body);
  if (encoding === "quoted-printable") return { bytes: fromQuotedPrintable(body), rest: "" };
  if (encoding === "uuencode") return { bytes: decodeUuencoded(latin1(body)) ?? body, rest: "" };
  return { bytes: body, rest: "" };
}

function latin1(body: Uint8Array): string {
  return Buffer.from(body.buffer, body.byteOffset, body.length).toString("latin1");
}

function fromBase64(body: Uint8Array): EntityContent {
  const text = latin1(body);
  const stray = text.search(/[^A-Za-z0-9+/=\s]/);
  if (stray === -1) return { bytes: decoded(text), rest: "" };

  const line = text.lastIndexOf("\n", stray) + 1;
  const rest = text.slice(line);
  // A letter that was damaged on the way is left out; words are kept.
  if (/^[A-Za-z0-9+/]{40,}={0,2}\r?$/m.test(rest) || isOneDamagedLine(rest))
    return { bytes: decoded(text), rest: "" };
  const data = text.slice(0, line);
  return data.trim() === "" ? { bytes: body, rest: "" } : { bytes: decoded(data), rest };
}

/** A single line with its padding, and hardly anything in it that is no base64: a short file with a damaged letter. */
function isOneDamagedLine(rest: string): boolean {
  const line = rest.trim();
  const strays =
    line.length <= 100 && /^\S+=$/.test(line) ? line.replace(/[A-Za-z0-9+/=]/g, "").length : line.length;
  return strays * 10 <= line.length;
}

/** Some programs encode line by line, so that the padding stands in the middle. */
function decoded(text: string): Buffer {
  const padding = text.indexOf("=");
  if (padding === -1 || text.slice(padding, padding + 1000).trim().length <= 2)
    return Buffer.from(text, "base64");
  return Buffer.concat((text.match(/[^=]+/g) ?? []).map((piece) => Buffer.from(piece, "base64")));
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
