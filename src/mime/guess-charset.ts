import { decode } from "iconv-lite";
import { detect } from "jschardet";
import { charsetOfLabel, decoderName } from "./charset-name.ts";

/** What people's programs write; sets that no mail program knows would only draw short texts away from these. */
const latin = ["windows-1252", "windows-1250", "iso-8859-2", "windows-1254", "mac-roman", "cp850", "cp852"];
const others =
  "utf-8 utf-16-le utf-16-be windows-1251 windows-1253 windows-1255 windows-1256 windows-1257 windows-1258 " +
  "iso-8859-5 iso-8859-6 iso-8859-7 iso-8859-8 koi8-r koi8-u mac-cyrillic cp866 tis-620 " +
  "shift_jis_2004 cp932 euc-jis-2004 gb18030 big5hkscs cp949 euc-kr";

const longestSample = 64 * 1024;

/** The likeliest charset of bytes that are not UTF-8; windows-1252 where nothing speaks for another one. */
export function guessCharset(bytes: Buffer): string {
  const sample = sampleOf(bytes);
  const guess = likeliest(sample, [...latin, ...others.split(" ")]);
  // A lone accent in a word of Latin letters is no letter of another script.
  return guess && !mixesScripts(decode(sample, decoderName(guess)))
    ? guess
    : (likeliest(sample, latin) ?? "windows-1252");
}

function likeliest(sample: Buffer, among: string[]): string | null {
  return charsetOfLabel(detect(sample, { detectEncodings: among }).encoding ?? undefined);
}

/** A piece that tells the charset of all. A long text may begin with a page of plain ASCII. */
export function sampleOf(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte >= 0x80);
  const start = first > longestSample / 2 ? first - 1000 + (first % 2) : 0;
  return bytes.subarray(start, start + longestSample);
}

const otherScript =
  "[\\p{Script=Cyrillic}\\p{Script=Greek}\\p{Script=Hebrew}\\p{Script=Arabic}\\p{Script=Thai}]";
const mixed = new RegExp(`\\p{Script=Latin}${otherScript}|${otherScript}\\p{Script=Latin}`, "gu");
const another = new RegExp(`${otherScript}+`, "gu");

function mixesScripts(text: string): boolean {
  const words = text.match(another)?.length ?? 0;
  return (text.match(mixed)?.length ?? 0) > words * 0.5;
}
