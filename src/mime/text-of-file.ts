import { textFromHtml } from "./text-from-html.ts";
import { wordsOfRtf } from "./words-of-rtf.ts";

const mostBytes = 25 * 1024 * 1024;

/**
 * A file as a text in which armour can be found, one character for each byte; null when it holds none. Some programs
 * save in UTF-16, others in rich text, and others put every line into a page.
 */
export function textOfFile(bytes: Uint8Array): string | null {
  if (bytes.length > mostBytes) return null;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (isUtf16(buffer)) return new TextDecoder(buffer[0] === 0xff ? "utf-16le" : "utf-16be").decode(buffer);
  if (!buffer.includes("PGP ")) return null;
  const text = buffer.toString("latin1").replace(/^\u00ef\u00bb\u00bf/, "");
  if (text.startsWith("{\\rtf")) return wordsOfRtf(text);
  return /<(?:br|p|pre|div|span)\b[^<>]*>/i.test(text.slice(0, 100_000)) ? textFromHtml(text).text : text;
}

function isUtf16(buffer: Buffer): boolean {
  return (buffer[0] === 0xff && buffer[1] === 0xfe) || (buffer[0] === 0xfe && buffer[1] === 0xff);
}
