import { encodingExists } from "iconv-lite";

/**
 * The charset that a label means, named as in WHATWG Encoding §4.2 (which takes the larger set that programs really
 * write), or as the decoder names it; null where the label says nothing, such as "unknown-8bit", or nobody knows it.
 */
export function charsetOfLabel(label: string | undefined): string | null {
  const written = (label ?? "")
    .slice(0, 100)
    .toLowerCase()
    .replace(/^\W*(?:charset\s*=)?\W*/, "")
    .replace(/["';,()*]+.*$/s, "")
    .trim();
  return charsetOf(written) ?? charsetOf(/^\S*/.exec(written)?.[0] ?? "");
}

function charsetOf(written: string): string | null {
  const name = written.replace(/[^a-z0-9]/g, "");
  if (name === "" || saysNothing.has(name)) return null;

  const number = /^x?(?:cp|ibm|windows|win|ms|dos|oem|codepage)0*(\d{3,5})$/.exec(name)?.[1];
  return (
    aliases.find(([pattern]) => pattern.test(name))?.[1] ??
    standard(written) ??
    standard(name) ??
    standard(written.replace(/^x-/, "")) ??
    (number ? (standard(`windows-${number}`) ?? ofDecoder(`cp${number}`)) : ofDecoder(name))
  );
}

/** Labels of programs that did not know either; "ansi" was whatever Windows was set to. */
const saysNothing = new Set(
  (
    "ansi ansicp default defaultcharset unknown unknown8bit xunknown xunknown8bit none null undefined 8bit 7bit " +
    "binary base64 hex text plain charset userdefined xuserdefined auto xauto systemdefault local"
  ).split(" "),
);

const aliases: [RegExp, string][] = [
  [/^(?:us)?ascii\d*$|^ansix34|^646$|^iso646|^isoir6$/, "us-ascii"],
  [/^(?:x?unicode\d*)?utf8|^65001$|^cp65001$/, "utf-8"],
  [/^(?:x?unicode\d*)?utf7$|^cp65000$/, "utf-7"],
  [/^(?:unicode|utf16|ucs2|iso10646ucs2|csunicode)$/, "utf-16"],
  [/^(?:x|cs)?iso2022|^jis$|^x?cp502(?:2\d|25)$/, "iso-2022"],
  [/^x?hz(?:gb2312)?$|^cp52936$/, "hz-gb-2312"],
  [/^gb|^x?euccn|^(?:cp|ms|windows)936$|^chinese$/, "gb18030"],
  [/^(?:cp|ms|windows)949$|^uhc$|^ksc/, "euc-kr"],
  [/^(?:cp|ms|windows)950$|^big5/, "big5"],
  [/^(?:cp|ms|windows)9(?:32|43)c?$|^shiftjis|^sjis/, "shift_jis"],
  [/^cp(?:51932|20932)$|^eucjp|^ujis$/, "euc-jp"],
  [/^koi8r$/, "koi8-r"],
  [/^koi8ru$/, "koi8-u"],
  [/^latin9$/, "iso-8859-15"],
  [/^iso88598[ie]?$/, "iso-8859-8"],
  [/^iso88596[ie]?$/, "iso-8859-6"],
  [/^x?macroman$|^cp10000$/, "macintosh"],
  [/^x?mac(?:cyrillic|ukrain\w*)$|^cp100[01]7$/, "x-mac-cyrillic"],
  [/^x?mac(?:ce|centraleurope\w*)$|^cp10029$/, "x-mac-ce"],
];

function standard(label: string): string | null {
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return null;
  }
}

function ofDecoder(name: string): string | null {
  const bare = name.replace(/^x(?=mac)/, "");
  const isName = /^[a-z]{1,16}\d{0,5}[a-z]{0,8}\d?$/.test(bare) && !(bare in {});
  return isName && encodingExists(bare) ? bare : null;
}

const names = new Map([
  ["x-mac-cyrillic", "maccyrillic"],
  ["x-mac-ce", "maccenteuro"],
  ["big5", "big5hkscs"],
  ["gbk", "gb18030"],
  ["iso-8859-8-i", "iso-8859-8"],
]);

/** The name under which the decoder knows a charset. */
export function decoderName(charset: string): string {
  return names.get(charset) ?? charset;
}
