import { decodeText } from "./decode-text.ts";
import { decodeWords } from "./decode-words.ts";
import type { Header } from "./mail.ts";
import { firstHeader } from "./read-headers.ts";

const longest = 8000;

/**
 * The name that a part gives its file, decoded but not made safe, or ""; from Content-Disposition, else from Content-Type.
 * Read are RFC 2231 (charsets, pieces), encoded words, and names as they stand. `near`: the charset of the mail's texts.
 */
export function readFilename(headers: readonly Header[], near?: string): string {
  const disposition = firstHeader(headers, "content-disposition")?.slice(0, longest) ?? "";
  const type = firstHeader(headers, "content-type")?.slice(0, longest) ?? "";
  return named(disposition, "filename", near) || named(type, "name", near) || named(type, "filename", near);
}

type Piece = { order: number; isEncoded: boolean; value: string };

function named(header: string, name: string, near: string | undefined): string {
  const pieces = piecesOf(header, name);
  const numbered = pieces.filter(({ order }) => order >= 0).toSorted((one, other) => one.order - other.order);
  const encoded = pieces.find(({ order, isEncoded }) => order === -1 && isEncoded);
  const plain = pieces.find(({ order, isEncoded }) => order === -1 && !isEncoded)?.value ?? "";
  if (encoded) return fromExtended([encoded], near);
  if (numbered.length > 0) return fromExtended(numbered, near);
  // Some programs forget the star that tells of the charset.
  const isExtended = /^[\w.:+-]{2,40}'[\w-]{0,20}'.*%[\da-f]{2}/i.test(plain);
  return isExtended
    ? fromExtended([{ order: -1, isEncoded: true, value: plain }], near)
    : decodeWords(plain, near);
}

/** All parameters of this name, in pieces or not; a name without quotation marks may hold spaces. */
function piecesOf(header: string, name: string): Piece[] {
  const pattern = new RegExp(
    `;\\s*${name}(?:\\*(\\d{1,3}))?(\\*)?\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"?|([^;]*))`,
    "gi",
  );
  return [...header.matchAll(pattern)].map(([, order, star, quoted, bare]) => ({
    order: order === undefined ? -1 : Number(order),
    isEncoded: star !== undefined,
    value: quoted?.replace(/\\(["\\])/g, "$1") ?? bare?.trim() ?? "",
  }));
}

/** Charset, language and name in percents (RFC 2231 §4); the first piece names the charset for all. */
function fromExtended(pieces: Piece[], near: string | undefined): string {
  const [, charset = "", rest] = /^([^']{0,60})'[^']{0,60}'(.*)$/s.exec(pieces[0]?.value ?? "") ?? [];
  const bytes = pieces.map(({ value, isEncoded }, index) => {
    const text = index === 0 && rest !== undefined && isEncoded ? rest : value;
    return isEncoded ? fromPercent(text) : Buffer.from(text);
  });
  return decodeWords(decodeText(Buffer.concat(bytes), charset, { near }).text, near);
}

function fromPercent(text: string): Buffer {
  const binary = Buffer.from(text)
    .toString("latin1")
    .replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(binary, "latin1");
}
