import { shapeOf } from "./packet-shape.ts";

/** Whether bytes are a file of a kind that nobody reads as text, by how it begins: a picture, an archive, a program. */
export function looksLikeFile(bytes: Uint8Array): boolean {
  if (bytes.length < 8) return false;
  const begin = Buffer.from(bytes.subarray(0, 16)).toString("latin1");
  return signs.some((sign) => begin.startsWith(sign)) || shapeOf(bytes) !== "none";
}

/** Whether bytes are words: none of them stands in no text, and no file begins like that. */
export function looksLikeText(bytes: Uint8Array): boolean {
  const begin = bytes.subarray(0, 64 * 1024);
  return !looksLikeFile(bytes) && !begin.some((byte) => byte < 0x07 || (byte > 0x0d && byte < 0x1b));
}

/** PNG, JPEG, GIF, RIFF, ZIP, gzip, bzip2, xz, 7z, RAR, PDF, OLE, ELF, PE, Ogg, ID3, winmail.dat, SQLite. */
const signs = [
  "\x89PNG\r\n",
  "\xff\xd8\xff",
  "GIF87a",
  "GIF89a",
  "RIFF",
  "PK\x03\x04",
  "\x1f\x8b\x08",
  "BZh9",
  "\xfd7zXZ\0",
  "7z\xbc\xaf",
  "Rar!\x1a",
  "%PDF-",
  "\xd0\xcf\x11\xe0",
  "\x7fELF",
  "MZ\x90\0",
  "OggS\0",
  "ID3\x03\0",
  "ID3\x04\0",
  "\x78\x9f\x3e\x22",
  "SQLite format 3\0",
];
