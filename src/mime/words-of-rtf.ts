import { decodeText } from "./decode-text.ts";

const hiddenGroups = new Set(
  "fonttbl colortbl stylesheet info pict object header footer themedata listtable rsidtbl generator".split(
    " ",
  ),
);

type Group = { isHidden: boolean; skip: number };

const longest = 2 * 1024 * 1024;
const deepest = 1000;

/** The words of a rich text (RTF 1.9), also of one that was made of a page (MS-OXRTFEX). Takes linear time. */
export function wordsOfRtf(rtf: string): string {
  const out: string[] = [];
  const groups: Group[] = [];
  let group: Group = { isHidden: false, skip: 1 };
  let isAside = false;
  let pending = 0;
  let charset = "windows-1252";
  const bytes: number[] = [];
  const flush = () => {
    if (bytes.length > 0) out.push(decodeText(Uint8Array.from(bytes.splice(0)), charset).text);
  };
  const put = (text: string) => {
    flush();
    out.push(text);
  };
  for (const [token, word, number, hex, sign] of rtf.slice(0, longest).matchAll(tokens)) {
    if (groups.length > deepest) break;
    if (token === "{") groups.push({ ...group });
    else if (token === "}") group = groups.pop() ?? group;
    else if (word === "ansicpg") charset = `windows-${number}`;
    else if (word === "htmlrtf") isAside = number !== "0";
    else if (word === "uc") group.skip = Number(number ?? 1);
    else if (sign === "*" || (word && hiddenGroups.has(word))) group.isHidden = true;
    else if (word === "htmltag") continue;
    else if (group.isHidden || isAside) {
      if (group.isHidden && /<(?:br|\/p|\/div|\/tr|\/li|\/h\d)\b/i.test(token)) put("\n");
    } else if (word === "u" && number) {
      put(String.fromCharCode(Number(number) & 0xffff));
      pending = group.skip;
    } else if (hex && pending > 0) pending -= 1;
    else if (hex) bytes.push(Number.parseInt(hex, 16));
    else if (word && breaks[word]) put(breaks[word]);
    else if (sign && signs[sign] !== undefined) put(signs[sign]);
    else if (!word && !sign && !token.startsWith("\\")) {
      const text = token.replace(/[\r\n]+/g, "");
      put(text.slice(Math.min(pending, text.length)));
      if (text) pending = 0;
    }
  }
  flush();
  return out.join("").toWellFormed();
}

const tokens = /[{}]|\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([\da-f]{2})|\\([^a-z'])|[^\\{}]{1,4000}/gi;
const breaks: Record<string, string> = {
  par: "\n",
  line: "\n",
  row: "\n",
  sect: "\n",
  tab: "\t",
  cell: "\t",
  emdash: "—",
  endash: "–",
  bullet: "•",
  lquote: "‘",
  rquote: "’",
  ldblquote: "“",
  rdblquote: "”",
};
const signs: Record<string, string> = {
  "~": "\u00a0",
  _: "-",
  "{": "{",
  "}": "}",
  "\\": "\\",
  "\n": "\n",
  "\r": "\n",
};
