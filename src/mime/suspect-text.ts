import type { NotRead } from "./not-read.ts";
import { shapeOf } from "./packet-shape.ts";
import { readSmime } from "./smime.ts";

type Sort = NotRead["sort"];

const mostHeads = 50;
const mostCandidates = 2000;

/**
 * What looks like ciphertext or like a key in a text of any charset, one character for each byte, in whatever form it was
 * left: behind numbers and names, in a comment of a page, encoded once more, without its head. A head alone is none, since
 * people quote it who ask about OpenPGP: there has to be data below it. Takes linear time.
 */
export function sortsIn(text: string): Set<Sort> {
  const plain = escapedHead.test(text) ? withoutEscapes(text) : text;
  const decoded = encodedAgain(text);
  const all = [plain, ...decoded];
  return new Set([...all.flatMap(sortsByHead), ...all.flatMap(sortsByData)]);
}

/** Anything that encodings, pages and programs for words put between the words of a head. */
const gap = "(?:[\\s\\u0080-\\u00ff_-]|=20|=a0|=\\s|&nbsp;|&#\\d{1,5};|&#x[0-9a-f]{1,5};|<[^<>]{0,60}>)";
const head = new RegExp(
  `BEGIN${gap}{1,12}(?:PGP(?!${gap}{1,12}SIGN)${gap}{1,12}(?:(PUBLIC|PRIVATE|SECRET|KEY)|)|(PKCS7|CMS|SMIME|ENVELOPED))`,
  "gi",
);

function sortsByHead(text: string): Sort[] {
  const sorts = new Set<Sort>();
  let looked = 0;
  for (const { 0: words, 1: key, 2: smime, index } of text.matchAll(head)) {
    looked += 1;
    if (looked > mostHeads) break;
    const after = text.slice(index + words.length, index + words.length + 2000).split(anyHead, 1)[0] ?? "";
    if (isFollowedByData(after)) sorts.add(smime ? "S/MIME" : key ? "key" : "OpenPGP message");
  }
  return [...sorts];
}

const anyHead = /\bBEGIN\b/i;

/** Letters of base64, as many as no words have: soon, and then more of them. */
function isFollowedByData(after: string): boolean {
  let letters = 0;
  for (const { 0: run, index } of after.matchAll(/[A-Za-z0-9+/]{16,}/g)) {
    if (letters === 0 && index > 500) return false;
    if (/[a-z]/.test(run) && /[A-Z]/.test(run) && /\d/.test(run)) letters += run.length;
  }
  return letters >= 60;
}

/** With what a session key, a public key and CMS begin in base64. */
const candidate = /(?<![A-Za-z0-9+/=])(?:[whxm]|MI)[A-Za-z0-9+/]{26}/g;

function sortsByData(text: string): Sort[] {
  const sorts = new Set<Sort>();
  let looked = 0;
  for (const { 0: run, index } of text.matchAll(candidate)) {
    const begin = Buffer.from(run.slice(0, 28), "base64");
    const isLikely = begin[0] === 0x30 || shapeOf(begin) !== "none";
    if (!isLikely) continue;
    looked += 1;
    if (looked > mostCandidates) break;
    const sort = sortOf(Buffer.from(lettersOf(text.slice(index, index + 8000)), "base64"));
    if (sort) sorts.add(sort);
  }
  return [...sorts];
}

/** What belongs to the data that begins there, with what quoting puts between its lines. */
function lettersOf(text: string): string {
  return (/^[A-Za-z0-9+/\s>|\u0080-\u00ff]*/.exec(text)?.[0] ?? "").replace(/[^A-Za-z0-9+/]+/g, "");
}

const shortest = 100;

function sortOf(bytes: Buffer): Sort | null {
  if (bytes.length < shortest) return null;
  if (readSmime(bytes)?.kind === "encrypted") return "S/MIME";
  const shape = shapeOf(bytes);
  if (shape === "none") return null;
  return shape.endsWith("key") ? "key" : "OpenPGP message";
}

/** A head in UTF-16, or in the address of a link. */
const escapedHead = /B\0?E\0?G\0?I\0?N(?:\0 \0P\0G|%20(?:PGP|PKCS|CMS))/i;

function withoutEscapes(text: string): string {
  return text
    .replaceAll("\0", "")
    .replace(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** "BEGIN PGP" in base64, at each of the three places where it may begin in a group. */
const encoded = /QkVHSU4gUEdQ|FR0lOIFBHU|RUdJTiBQR1/g;
const mostEncoded = 5;

/** What stands encoded in base64 around such a head. */
function encodedAgain(text: string): string[] {
  const found: string[] = [];
  for (const { index } of text.matchAll(encoded)) {
    const letters = text.slice(Math.max(0, index - 8), index + 4000).replace(/[\s>|]+/g, "");
    for (const shift of [0, 1, 2, 3])
      found.push(Buffer.from(letters.slice(shift), "base64").toString("latin1"));
    if (found.length >= mostEncoded * 4) break;
  }
  return found;
}
