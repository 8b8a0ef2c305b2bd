import { startsLikeKey, startsLikeMessage, startsLikeRevocation } from "./packet-shape.ts";

/** An armoured block in a text. */
export type Armor = {
  kind: "message" | "key" | "secret key" | "signature";
  /** Where it begins and ends in the text; marks of quoting in front of its first line belong to it. */
  start: number;
  end: number;
  /** The packets inside; null when they cannot be read. */
  bytes: Uint8Array | null;
  /** Its first line bears marks of quoting. */
  isQuoted: boolean;
  /** The charset that its headers name (RFC 9580 §6.2.2.4). */
  charset: string | undefined;
};

const mostArmors = 20;
const mostMarkers = 2000;
const mostBytes = 64 * 1024 * 1024;

/**
 * The OpenPGP armours in a text (RFC 9580 §6.2), also as mail programs mangle them: indented, quoted, on one line, with
 * other spaces, line ends and dashes. One that begins a line is an armour even when it is damaged or cut; in the middle
 * of a line it must hold packets. The last of very many reaches to the end of the text. Takes linear time.
 */
export function findArmors(text: string, kinds: Armor["kind"][]): Armor[] {
  if (!/pgp/i.test(text)) return [];
  const markers = markersOf(text);
  const armors: Armor[] = [];
  for (const [index, { kind, isEnd, ...begin }] of markers.entries()) {
    if (isEnd || !kind || !kinds.includes(kind)) continue;
    const armor = armorFrom(text, { kind, ...begin }, markers[index + 1]);
    if (armor) armors.push(armor);
    if (armors.length === mostArmors) break;
  }
  // More than that are not told apart.
  const last = armors.at(-1);
  if (last && !last.bytes && armors.length === mostArmors) last.end = text.length;
  return armors;
}

type Marker = {
  isEnd: boolean;
  kind: Armor["kind"] | null;
  /** With what quoting and indenting put in front of it. */
  start: number;
  after: number;
  isLineStart: boolean;
  isQuoted: boolean;
};

/** What programs for words make of "-", and what looks like it. */
const dash = "[-\u00ad\u2010-\u2015\u2212\u2500\ufe58\ufe63\uff0d_]";
/** Blanks of all kinds, and what nobody sees. */
const anySpace = "\\s\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff";
const space = `[${anySpace}]{1,6}`;
const marker = new RegExp(
  `(BEGIN|END)${space}PGP${space}(MESSAGE(?:, ?PART ?\\d{1,4}(?:/\\d{1,4})?)?|ARMORED${space}FILE|(?:PUBLIC|PRIVATE|SECRET)${space}KEY(?:${space}BLOCK)?|SIGNED${space}MESSAGE|SIGNATURE)`,
  "gi",
);
const isDash = new RegExp(dash);
const isBlank = /[ \t\u00a0]/;

/** Lines like "-----BEGIN PGP MESSAGE-----", with what stands around their words. */
function markersOf(text: string): Marker[] {
  const markers: Marker[] = [];
  for (const match of text.matchAll(marker)) {
    const [words = "", what = "", name = ""] = match;
    let front = match.index;
    if (isBlank.test(text[front - 1] ?? "")) front -= 1;
    let start = front;
    while (start > 0 && front - start < 10 && isDash.test(text[start - 1] ?? "")) start -= 1;
    if (start === front) continue;
    let after = match.index + words.length;
    if (isBlank.test(text[after] ?? "") && isDash.test(text[after + 1] ?? "")) after += 1;
    for (let many = 0; many < 10 && isDash.test(text[after] ?? ""); many += 1) after += 1;
    const isEnd = what.toUpperCase() === "END";
    markers.push({ isEnd, kind: kindOf(name.toUpperCase()), after, ...frontOf(text, start) });
    if (markers.length === mostMarkers) break;
  }
  return markers;
}

function kindOf(name: string): Armor["kind"] | null {
  if (/^(MESSAGE|ARMORED)/.test(name)) return "message";
  if (name.startsWith("PUBLIC")) return "key";
  if (name === "SIGNATURE") return "signature";
  return /^(PRIVATE|SECRET)/.test(name) ? "secret key" : null;
}

/** What stands in front of a marker on its line: nothing but spaces and marks of quoting, or words. */
function frontOf(text: string, start: number): Pick<Marker, "start" | "isLineStart" | "isQuoted"> {
  let at = start;
  while (at > 0 && start - at < 80 && decoration.test(text[at - 1] ?? "")) at -= 1;
  const isLineStart = at === 0 || /[\r\n\u2028]/.test(text[at - 1] ?? "");
  const isQuoted = isLineStart && /[>|]/.test(text.slice(at, start));
  return { start: isLineStart ? at : start, isLineStart, isQuoted };
}

const decoration = new RegExp(`[^\\S\\r\\n\\u2028]|[${anySpace.slice(2)}>|*-]`);

function armorFrom(
  text: string,
  begin: Omit<Marker, "isEnd" | "kind"> & { kind: Armor["kind"] },
  next: Marker | undefined,
): Armor | null {
  const { kind, start, isQuoted } = begin;
  const hasEnd = next?.isEnd === true && next.kind === kind;
  const limit = next ? next.start : text.length;
  const end = hasEnd ? next.after : begin.after + lengthOfData(text.slice(begin.after, limit));
  const body = text.slice(begin.after, hasEnd ? next.start : end);
  const bytes = hasEnd || begin.isLineStart ? packetsIn(body, kind) : null;
  const isFilled = hasLetters.test(body);
  if (!begin.isLineStart && !(isFilled && startsLike(bytes, kind))) return null;
  const isAllThere = end === text.length && text.slice(0, start).trim() === "";
  if (!hasEnd && (end === begin.after || !(isFilled || isAllThere))) return null;
  // One that is cut is damaged, however well its beginning reads.
  return { kind, start, end, bytes: hasEnd ? bytes : null, isQuoted, charset: charsetIn(body) };
}

/** Words of people are shorter than what stands in an armour. */
const hasLetters = /[A-Za-z0-9+/]{24}/;

/** How far an armour without its end reaches: as long as the lines could belong to it. */
function lengthOfData(rest: string): number {
  let at = 0;
  let hasData = false;
  while (at < rest.length) {
    const found = rest.slice(at, at + 4000).search(/[\r\n\u2028]/);
    const end = found === -1 ? Math.min(rest.length, at + 4000) : at + found + 1;
    const line = bare(rest.slice(at, end));
    if (line !== "" && !isData(line)) {
      if (hasData || !isHeader(line)) break;
    } else if (line !== "") hasData = true;
    at = end;
  }
  return hasData || at === rest.length ? at : 0;
}

/** What stands in a line and nobody sees. */
const unseen = new RegExp(`[${anySpace.slice(2)}]+`, "g");

function isData(line: string): boolean {
  const words = line.replace(unseen, "").split(/\s+/);
  return words.every(
    (word, index) =>
      /^[A-Za-z0-9+/]*={0,2}$|^=[A-Za-z0-9+/]{4}$/.test(word) &&
      (index === words.length - 1 || index === words.length - 2 || word.length >= 40),
  );
}

const isHeader = (line: string) => /^[A-Za-z][\w-]{0,40}: ?/.test(line);

const around = new RegExp(`^[${anySpace}>|]+|[${anySpace}]+$`, "g");

/** A line without what quoting and indenting put around it. */
function bare(line: string): string {
  return line.replace(around, "");
}

function charsetIn(body: string): string | undefined {
  return /(?:^|\s)Charset: *([\w.:+-]{1,40})/i.exec(body.slice(0, 1000))?.[1];
}

/** The packets in the body of an armour. First as it should be, line by line; then with everything on one line. */
function packetsIn(body: string, kind: Armor["kind"]): Uint8Array | null {
  if (body.length > mostBytes * 1.5) return null;
  const strict = decoded(body.slice(endOfHeaders(body)));
  if (strict && startsLike(strict, kind)) return strict;
  for (const start of wordStarts(body)) {
    if (!startsLike(decoded(body.slice(start, start + 400), true), kind)) continue;
    const bytes = decoded(body.slice(start));
    if (bytes) return bytes;
  }
  return strict;
}

/** Some programs forget the empty line after the armour headers; a header has a colon, base64 never. */
function endOfHeaders(body: string): number {
  let at = 0;
  for (let lines = 0; lines < 50; lines += 1) {
    const found = /\r\n|[\r\n\u2028]/.exec(body.slice(at, at + 1000));
    if (!found) return at;
    const line = bare(body.slice(at, at + found.index));
    if (line !== "" && !isHeader(line)) return at;
    at += found.index + found[0].length;
  }
  return at;
}

/** Where the data may begin when headers and data stand on one line: at a word near the beginning. */
function* wordStarts(body: string): Generator<number> {
  const words = /[A-Za-z0-9+/]{4,}/g;
  for (const { index } of body.slice(0, 2000).matchAll(words)) yield index;
}

/** The bytes of base64 with anything between its letters that quoting puts there; null when something else stands in it. */
function decoded(body: string, isBegin = false): Uint8Array | null {
  const end = body.indexOf("=");
  const data = end === -1 ? body : body.slice(0, end);
  // What stands behind the padding may be the checksum, which is not read: what is inside authenticates itself.
  const tail = end === -1 ? "" : body.slice(end, end + 400).replace(between, "");
  const isWhole = /^={0,2}(?:=[A-Za-z0-9+/]{4})?$/.test(tail) && (end === -1 || body.length <= end + 400);
  if (!isBegin && !isWhole) return null;
  const letters = lettersIn(data);
  if (!letters || letters % 4 === 1) return null;
  // Node leaves out what is no base64.
  return Buffer.from(data, "base64");
}

/** How many letters of base64 there are; null when something stands among them that no quoting puts there. */
function lettersIn(data: string): number | null {
  let letters = 0;
  for (let at = 0; at < data.length; at += 1) {
    const code = data.charCodeAt(at);
    if (isLetter(code)) letters += 1;
    else if (!isBetween(code)) return null;
  }
  return letters;
}

function isLetter(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x2f && code <= 0x39) ||
    code === 0x2b
  );
}

const between = new RegExp(`[${anySpace}>|]+`, "g");

function isBetween(code: number): boolean {
  return (
    code <= 0x20 ||
    code === 0x3e ||
    code === 0x7c ||
    (code >= 0x80 && isAnySpace.test(String.fromCharCode(code)))
  );
}

const isAnySpace = new RegExp(`[${anySpace}]`);

function startsLike(bytes: Uint8Array | null, kind: Armor["kind"]): boolean {
  if (!bytes) return false;
  if (kind === "message") return startsLikeMessage(bytes);
  return startsLikeRevocation(bytes) || (kind !== "signature" && startsLikeKey(bytes));
}
