import { isAscii, isUtf8 } from "node:buffer";
import { decode } from "iconv-lite";
import { charsetOfLabel, decoderName } from "./charset-name.ts";
import { guessCharset, sampleOf } from "./guess-charset.ts";
import { decodeHz, decodeIso2022, hasHz, hasIso2022 } from "./iso-2022.ts";

/** What the bytes of a text say. `charset` is the one that they were read in; `guessed`: nothing trustworthy named it. */
export type DecodedText = { text: string; charset: string; guessed: boolean };

export type DecodeHints = {
  /** The text is HTML, which may name its charset in `<meta>`. */
  html?: boolean;
  /** The charset of other texts of the same mail. */
  near?: string | undefined;
  /** A person chose this charset for what is not plain ASCII; nothing else is asked. */
  chosen?: string | undefined;
};

/**
 * Text from bytes, line ends as "\n", without NUL. Asked are in this order: a byte order mark, escape sequences, whether it
 * is UTF-8, the named charset if the bytes can be in it, `<meta>`, other texts of the mail; else the charset is guessed.
 */
export function decodeText(
  bytes: Uint8Array,
  label: string | undefined,
  hints: DecodeHints = {},
): DecodedText {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const chosen = charsetOfLabel(hints.chosen);
  if (chosen) return read(buffer, chosen, false);

  const named = charsetOfLabel(label);
  return (
    withMark(buffer) ??
    wide(buffer, named) ??
    plain(buffer, named) ??
    utf8(buffer, named) ??
    fitting(buffer, named, named) ??
    fitting(buffer, hints.html ? charsetOfMeta(buffer) : null, named) ??
    fitting(buffer, charsetOfLabel(hints.near), named) ??
    guessed(buffer, named)
  );
}

function read(bytes: Buffer, charset: string, guessed: boolean): DecodedText {
  return { text: clean(textIn(bytes, charset)), charset, guessed };
}

function textIn(bytes: Buffer, charset: string): string {
  if (charset === "iso-2022") return decodeIso2022(bytes);
  if (charset === "hz-gb-2312") return decodeHz(bytes);
  return decode(bytes, charset === "us-ascii" ? "windows-1252" : decoderName(charset));
}

function withMark(bytes: Buffer): DecodedText | null {
  const [first, second, third, fourth] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return utf8(bytes, null);
  if (first === 0xff && second === 0xfe)
    return read(bytes, third === 0 && fourth === 0 ? "utf-32le" : "utf-16le", false);
  return first === 0xfe && second === 0xff ? read(bytes, "utf-16be", false) : null;
}

/** In UTF-16 one half of each letter of an alphabet is below 9, and in UTF-32 three quarters; elsewhere that is no text. */
function wide(bytes: Buffer, named: string | null): DecodedText | null {
  const low = [0, 0, 0, 0];
  for (const [at, byte] of bytes.entries()) if (byte < 9) low[at % 4] = (low[at % 4] ?? 0) + 1;
  const [first = 0, second = 0, third = 0, fourth = 0] = low;
  const all = first + second + third + fourth;
  if (all < 2 || all * 8 < bytes.length) return null;
  if (named && /^utf-?(?:16|32)./.test(named)) return read(bytes, named, false);

  const isFour = all * 16 > bytes.length * 9;
  const [odd, even] = [second + fourth, first + third];
  // On both sides alike stand stray bytes of zero.
  if (!isFour && Math.min(odd, even) * 4 > Math.max(odd, even)) return null;
  const isLittle = isFour ? fourth > first : odd > even;
  return read(bytes, `utf-${isFour ? "32" : "16"}${isLittle ? "le" : "be"}`, !named?.startsWith("utf-16"));
}

/** Seven bits say by themselves what they are, but UTF-7: nearly any text could be taken for that. */
function plain(bytes: Buffer, named: string | null): DecodedText | null {
  if (!isAscii(bytes)) return null;
  if (named === "iso-2022" || hasIso2022(bytes)) return read(bytes, "iso-2022", false);
  if (named === "hz-gb-2312" || hasHz(bytes)) return read(bytes, "hz-gb-2312", named !== "hz-gb-2312");
  return read(bytes, named === "utf-7" ? "utf-7" : "us-ascii", false);
}

/**
 * Valid UTF-8, or such with a few bytes that are not. Where another charset is named in which a letter takes two bytes, a
 * few letters may be valid by chance, so that they must also be of the scripts that this charset is for.
 */
function utf8(bytes: Buffer, named: string | null): DecodedText | null {
  const letters = lettersOf(sampleOf(bytes).toString("utf8"));
  if (named && severalBytes.has(named) && (letters.length < 3 || notEastern.test(letters))) return null;
  if (isUtf8(bytes)) return { text: clean(bytes.toString("utf8")), charset: "utf-8", guessed: false };
  if (brokenIn(letters) * 4 > letters.length) return null;
  return { text: clean(byLines(bytes)), charset: "utf-8", guessed: true };
}

const severalBytes = new Set("gb18030 gbk big5 euc-kr euc-jp shift_jis windows-874".split(" "));
const notEastern =
  /[^\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{P}\p{S}\p{Z}\uff00-\uffef]/u;

function lettersOf(text: string): string {
  return text.replace(/\p{ASCII}+/gu, "");
}

function brokenIn(letters: string): number {
  return letters.split("\ufffd").length - 1;
}

const longestByLines = 2 * 1024 * 1024;

/** Footers are put under a text without regard to its charset. */
function byLines(bytes: Buffer): string {
  if (bytes.length > longestByLines) return bytes.toString("utf8");
  const lines = bytes.toString("latin1").split(/(?<=\n)/);
  return lines
    .map((line) => {
      const asUtf8 = Buffer.from(line, "latin1").toString("utf8");
      const isOther = !/[^\p{ASCII}\ufffd]/u.test(asUtf8);
      return isOther ? decode(Buffer.from(line, "latin1"), "windows-1252") : asUtf8;
    })
    .join("");
}

/** The text in this charset, unless the bytes cannot well be in it. */
function fitting(bytes: Buffer, charset: string | null, named: string | null): DecodedText | null {
  if (!charset || noneOfEightBits.has(charset)) return null;
  if (charset === "iso-2022" && !hasIso2022(bytes)) return null;
  if (western.has(charset) && isNotWestern(sampleOf(bytes))) return null;
  const letters = lettersOf(textIn(sampleOf(bytes), charset));
  if (brokenIn(letters) * 20 > letters.length) return null;
  return read(bytes, charset, named !== null && charset !== named);
}

const noneOfEightBits = new Set(["us-ascii", "utf-8", "utf-7", "hz-gb-2312"]);
const western = new Set(["windows-1252", "iso-8859-15"]);

/** In Western words letters with accents stand alone or few together; dashes, dots and wide spaces may stand in rows. */
function isNotWestern(bytes: Buffer): boolean {
  const text = bytes.toString("latin1");
  const all = text.match(/[\x80-\x84\x86-\x90\x98-\x9f\xa1-\xaa\xac\xae-\xb6\xb8-\xba\xbc-\xff]+/g) ?? [];
  const sum = (runs: string[]) => runs.reduce((length, run) => length + run.length, 0);
  return sum(all) >= 6 && sum(all.filter((run) => run.length > 3)) * 2 > sum(all);
}

/** As in HTML's own search for it; a page whose bytes could be read so far is not in UTF-16 (WHATWG HTML §13.2.3.2). */
function charsetOfMeta(bytes: Buffer): string | null {
  const begin = bytes.subarray(0, 16 * 1024).toString("latin1");
  const label =
    /<meta\b[^>]{0,500}?\bcharset\s{0,9}=\s{0,9}["']?\s{0,9}([\w:.+-]{1,40})/i.exec(begin)?.[1] ??
    /^\s*<\?xml\b[^>]{0,200}?\bencoding\s{0,9}=\s{0,9}["']([\w:.+-]{1,40})/i.exec(begin)?.[1];
  const charset = charsetOfLabel(label);
  return charset && /^utf-?(?:16|32|7)/.test(charset) ? null : charset;
}

function guessed(bytes: Buffer, named: string | null): DecodedText {
  const charset = guessCharset(bytes);
  return read(bytes, charset, charset !== named);
}

const c1 = decode(Buffer.from(Array.from({ length: 32 }, (_, index) => 0x80 + index)), "windows-1252");

/** Control characters that no text needs stand for the quotation marks of Windows, as in HTML. */
function clean(text: string): string {
  return text
    .replace(/^\ufeff/, "")
    .replaceAll("\0", "")
    .replace(/\r\n?/g, "\n")
    .replace(/[\x80-\x9f]/g, (letter) => c1[letter.charCodeAt(0) - 0x80] ?? "\ufffd")
    .toWellFormed();
}
