/** Charsets for one alphabet, which programs mistake for one another; `name` and `words` are for people. */
export type CharsetFamily = { name: string; charsets: { charset: string; words: string }[] };

const families: [string, Record<string, string>][] = [
  ["Unicode", { "utf-8": "UTF-8" }],
  [
    "Western European",
    {
      "windows-1252": "Windows-1252",
      "iso-8859-15": "ISO 8859-15",
      macintosh: "Macintosh",
      cp850: "DOS 850",
    },
  ],
  [
    "Central European",
    {
      "windows-1250": "Windows-1250",
      "iso-8859-2": "ISO 8859-2",
      "x-mac-ce": "Macintosh",
      cp852: "DOS 852",
    },
  ],
  [
    "Cyrillic",
    {
      "windows-1251": "Windows-1251",
      "koi8-r": "KOI8-R",
      "koi8-u": "KOI8-U",
      "iso-8859-5": "ISO 8859-5",
      "x-mac-cyrillic": "Macintosh",
      ibm866: "DOS 866",
    },
  ],
  ["Greek", { "windows-1253": "Windows-1253", "iso-8859-7": "ISO 8859-7" }],
  ["Turkish", { "windows-1254": "Windows-1254" }],
  ["Arabic and Persian", { "windows-1256": "Windows-1256", "iso-8859-6": "ISO 8859-6" }],
  ["Hebrew", { "windows-1255": "Windows-1255", "iso-8859-8": "ISO 8859-8" }],
  ["Baltic", { "windows-1257": "Windows-1257", "iso-8859-13": "ISO 8859-13" }],
  ["Vietnamese", { "windows-1258": "Windows-1258" }],
  ["Thai", { "windows-874": "Windows-874" }],
  ["Chinese, simplified", { gb18030: "GB 18030, GBK, GB 2312", "hz-gb-2312": "HZ" }],
  ["Chinese, traditional", { big5: "Big5" }],
  ["Japanese", { shift_jis: "Shift JIS", "euc-jp": "EUC-JP" }],
  ["Korean", { "euc-kr": "EUC-KR, Windows-949" }],
  ["Japanese, Chinese, Korean", { "iso-2022": "ISO 2022" }],
];

/** All charsets that somebody may choose for the words of a mail, those first that are near the one it was read in. */
export function charsetChoices(readIn?: string): CharsetFamily[] {
  const near = (charsets: Record<string, string>) => (readIn && charsets[readIn] ? 0 : 1);
  return families
    .toSorted(([, one], [, other]) => near(one) - near(other))
    .map(([name, charsets]) => ({
      name,
      charsets: Object.entries(charsets).map(([charset, words]) => ({ charset, words })),
    }));
}

/** Whether somebody may choose it. */
export function isCharsetChoice(charset: string): boolean {
  return families.some(([, charsets]) => Object.hasOwn(charsets, charset));
}

/** "Cyrillic, KOI8-R" for "koi8-r"; the label itself of one that is no choice. */
export function charsetWords(charset: string): string {
  const family = families.find(([, charsets]) => Object.hasOwn(charsets, charset));
  return family ? `${family[0]}, ${family[1][charset]}` : charset;
}
