import { decompressRTF } from "@kenjiuno/decompressrtf";
import { decodeText } from "./decode-text.ts";
import { textFromHtml } from "./text-from-html.ts";
import { wordsOfRtf } from "./words-of-rtf.ts";

/** What a winmail.dat holds: the text of the mail, and its files, their names as they came. */
export type Tnef = { text: string; files: { name: string; bytes: Uint8Array }[] };

const mostFiles = 200;
const mostProperties = 5000;
const longestRtf = 2 * 1024 * 1024;

/**
 * Reads TNEF, in which Outlook packs a whole mail into one file (MS-OXTNEF). Null when bytes are none. What is cut gives
 * what can be read of it. No reader that anybody keeps up was found (2026-12).
 */
export function readTnef(bytes: Uint8Array): Tnef | null {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (data.length < 6 || data.readUInt32LE(0) !== signature) return null;
  const message: Properties = new Map();
  const attached: Properties[] = [];
  for (const { level, id, value } of attributesOf(data)) {
    if (id === attribute.beginFile && attached.length < mostFiles) attached.push(new Map());
    const target = level === 1 ? message : attached.at(-1);
    if (target) keep(target, id, value);
  }
  return { text: textOf(message), files: attached.flatMap((file) => fileOf(file, charsetOf(message))) };
}

const signature = 0x223e9f78;

const attribute = {
  body: 0x0002800c,
  codePage: 0x00069007,
  beginFile: 0x00069002,
  fileName: 0x00018010,
  fileData: 0x0006800f,
  messageProperties: 0x00069003,
  fileProperties: 0x00069005,
};

/** By their MAPI numbers (MS-OXPROPS); the old attributes are kept under numbers of their own. */
const property = {
  body: 0x1000,
  html: 0x1013,
  rtf: 0x1009,
  codePage: 0x3fde,
  longName: 0x3707,
  shortName: 0x3704,
  data: 0x3701,
};

type Value = { type: number; bytes: Buffer };
type Properties = Map<number, Value>;
type Attribute = { level: number; id: number; value: Buffer };

function* attributesOf(data: Buffer): Generator<Attribute> {
  for (let at = 6; at + 9 <= data.length; ) {
    const level = data.readUInt8(at);
    const length = data.readUInt32LE(at + 5);
    if (level !== 1 && level !== 2) return;
    yield { level, id: data.readUInt32LE(at + 1), value: data.subarray(at + 9, at + 9 + length) };
    // Two bytes of a checksum stand behind.
    at += 9 + length + 2;
  }
}

const string8 = 0x1e;
const unicode = 0x1f;
const binary = 0x102;
const object = 0x0d;

function keep(target: Properties, id: number, value: Buffer): void {
  if (id === attribute.body) target.set(-id, { type: string8, bytes: value });
  if (id === attribute.fileName) target.set(-id, { type: string8, bytes: value });
  if (id === attribute.fileData) target.set(-id, { type: binary, bytes: value });
  if (id === attribute.codePage) target.set(-id, { type: 3, bytes: value });
  if (id === attribute.messageProperties || id === attribute.fileProperties)
    for (const [number, one] of propertiesIn(value)) target.set(number, one);
}

/** Reads the list of MAPI properties (MS-OXTNEF §2.1.3.4); of several values the first is taken. */
function propertiesIn(data: Buffer): Properties {
  const found: Properties = new Map();
  let at = 4;
  const count = data.length < 4 ? 0 : Math.min(data.readUInt32LE(0), mostProperties);
  for (let index = 0; index < count && at + 4 <= data.length; index += 1) {
    const type = data.readUInt16LE(at);
    const number = data.readUInt16LE(at + 2);
    const start = number >= 0x8000 ? afterName(data, at + 4) : at + 4;
    const read = start === null ? null : readValues(data, start, type);
    if (!read) break;
    if (read.first) found.set(number, { type: type & 0x0fff, bytes: read.first });
    at = read.end;
  }
  return found;
}

function afterName(data: Buffer, at: number): number | null {
  if (at + 24 > data.length) return null;
  const isNumber = data.readUInt32LE(at + 16) === 0;
  return isNumber ? at + 24 : at + 24 + padded(data.readUInt32LE(at + 20));
}

const padded = (length: number) => length + ((4 - (length % 4)) % 4);
const sizes: Record<number, number> = {
  2: 4,
  3: 4,
  4: 4,
  5: 8,
  6: 8,
  7: 8,
  10: 4,
  11: 4,
  20: 8,
  64: 8,
  72: 16,
};

function readValues(data: Buffer, start: number, type: number): { first: Buffer | null; end: number } | null {
  const isMany = (type & 0x1000) !== 0;
  const size = sizes[type & 0x0fff];
  const isCounted = isMany || size === undefined;
  if (isCounted && start + 4 > data.length) return null;
  const count = isCounted ? data.readUInt32LE(start) : 1;
  let at = isCounted ? start + 4 : start;
  let first: Buffer | null = null;
  for (let index = 0; index < count; index += 1) {
    if (at + (size ?? 4) > data.length) return null;
    const length = size ?? data.readUInt32LE(at);
    const from = size === undefined ? at + 4 : at;
    first ??= data.subarray(from, from + length);
    at = from + padded(length);
    if (index > mostProperties) return null;
  }
  return { first, end: at };
}

function charsetOf(properties: Properties): string | undefined {
  const bytes = (properties.get(property.codePage) ?? properties.get(-attribute.codePage))?.bytes;
  return bytes && bytes.length >= 4 ? `windows-${bytes.readUInt32LE(0)}` : undefined;
}

/** The plain text where there is one, else that of the page, else that of the rich text. */
function textOf(message: Properties): string {
  const charset = charsetOf(message);
  const plain = message.get(property.body) ?? message.get(-attribute.body);
  const said = plain ? stringOf(plain, charset).trim() : "";
  if (said) return said;
  const html = message.get(property.html);
  if (html) return textFromHtml(stringOf(html, charset)).text.trim();
  const rtf = message.get(property.rtf);
  return rtf && rtf.bytes.length <= longestRtf ? rtfText(rtf.bytes) : "";
}

function rtfText(compressed: Buffer): string {
  // Its reader believes the length that the data itself names.
  if (compressed.length < 16 || compressed.readUInt32LE(0) + 4 > compressed.length) return "";
  try {
    return wordsOfRtf(Buffer.from(decompressRTF([...compressed])).toString("latin1")).trim();
  } catch {
    return "";
  }
}

function stringOf({ type, bytes }: Value, charset: string | undefined): string {
  const text = type === unicode ? new TextDecoder("utf-16le").decode(bytes) : decodeText(bytes, charset).text;
  return text.replaceAll("\0", "").replace(/\r\n?/g, "\n").toWellFormed();
}

function fileOf(file: Properties, charset: string | undefined): Tnef["files"] {
  const name = file.get(property.longName) ?? file.get(-attribute.fileName) ?? file.get(property.shortName);
  const data = file.get(-attribute.fileData) ?? file.get(property.data);
  if (!data) return [];
  // In front of an object stands which interface it has.
  const bytes = data.type === object ? data.bytes.subarray(16) : data.bytes;
  return [{ name: name ? stringOf(name, charset) : "", bytes }];
}
