import { decode } from "iconv-lite";

type Alphabet = "ascii" | "kana" | "jis" | "jis-extra" | "ksc" | "gb" | "latin-1" | "greek" | "unknown";

// An escape sequence, a letter of the second set, a shift out or in, or the end of a line.
const begin = "\x1b";
const switches = new RegExp(`${begin}(?:(\\$?)([()*.])|(\\$))([@-Z])|${begin}N([ -~])|[\x0e\x0f\n]`, "g");
const aSwitch = new RegExp(`${begin}(?:\\$[@AB]|\\$[()*][A-Q]|\\(I)`);

/**
 * Text in the charsets of 7 bits that switch their alphabet by escape sequences: ISO-2022-JP and what extends it
 * (RFC 1468, RFC 1554), ISO-2022-KR (RFC 1557), ISO-2022-CN (RFC 1922). What is in no known alphabet becomes U+FFFD.
 */
export function decodeIso2022(bytes: Uint8Array): string {
  const binary = Buffer.from(bytes).toString("latin1");
  const pieces: string[] = [];
  const sets: { [place: string]: Alphabet } = { "(": "ascii", ")": "kana", "*": "ascii" };
  let isShifted = false;
  let at = 0;
  const put = (end: number) =>
    pieces.push(decodeIn((isShifted ? sets[")"] : sets["("]) ?? "ascii", binary.slice(at, end)));
  for (const match of binary.matchAll(switches)) {
    put(match.index);
    at = match.index + match[0].length;
    const [all, multi = "", place = "(", onlyMulti = "", final, second] = match;
    if (all === "\n") pieces.push("\n");
    if (second) pieces.push(decodeIn(sets["*"] ?? "ascii", second));
    if (final) sets[place === "." ? "*" : place] = alphabetOf(multi + onlyMulti !== "", place, final);
    else if (!second) isShifted = all === "\x0e";
  }
  put(binary.length);
  return pieces.join("");
}

/** Whether bytes hold an escape sequence of these charsets. */
export function hasIso2022(bytes: Uint8Array): boolean {
  if (!bytes.includes(0x1b)) return false;
  return aSwitch.test(Buffer.from(bytes).toString("latin1"));
}

/** The pairs of "~{" and "~}" of HZ-GB-2312 (RFC 1843), around nothing but its letters. */
const hz = /~\{((?:[\x21-\x77][\x21-\x7e])+)(?:~\}|(?=\n|\r|$))/g;

/** Text in HZ-GB-2312 (RFC 1843). */
export function decodeHz(bytes: Uint8Array): string {
  const binary = Buffer.from(bytes).toString("latin1");
  return binary
    .replace(/~\r?\n/g, "")
    .replace(hz, (_, letters: string) => decodeIn("gb", letters))
    .replaceAll("~~", "~");
}

/** Whether a text of 7 bits holds words in HZ. */
export function hasHz(bytes: Uint8Array): boolean {
  return /~\{(?:[\x21-\x77][\x21-\x7e]){1,500}~\}/.test(Buffer.from(bytes).toString("latin1"));
}

const multibyte: Record<string, Alphabet> = {
  "@": "jis",
  A: "gb",
  B: "jis",
  C: "ksc",
  D: "jis-extra",
  E: "gb",
  O: "jis",
  Q: "jis",
};

function alphabetOf(isMulti: boolean, place: string, final: string): Alphabet {
  if (isMulti) return multibyte[final] ?? "unknown";
  if (place === ".") return final === "F" ? "greek" : "latin-1";
  return final === "I" ? "kana" : "ascii";
}

const decoders = {
  kana: "shift_jis",
  jis: "euc-jp",
  "jis-extra": "euc-jp",
  ksc: "euc-kr",
  gb: "gb18030",
  "latin-1": "iso-8859-1",
  greek: "iso-8859-7",
};

const ofOneByte = new Set<Alphabet>(["kana", "latin-1", "greek"]);

function decodeIn(alphabet: Alphabet, letters: string): string {
  if (alphabet === "ascii" || letters === "") return letters;
  return letters.replace(ofOneByte.has(alphabet) ? /[!-~]/g : /[!-~]{1,2}/g, (code) =>
    letterOf(alphabet, code),
  );
}

/** By alphabet and code. Texts may switch at every letter, and asking the decoder for each takes long. */
const known = new Map<string, string>();

/** The letters of each alphabet are those of an 8-bit charset without their highest bits. */
function letterOf(alphabet: Alphabet, code: string): string {
  const key = `${alphabet} ${code}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const bytes = Buffer.from(code, "latin1").map((byte) => byte | 0x80);
  const prefix = alphabet === "jis-extra" ? [0x8f] : [];
  const isWhole =
    alphabet !== "unknown" && alphabet !== "ascii" && (code.length === 2 || ofOneByte.has(alphabet));
  const letter = isWhole ? decode(Buffer.from([...prefix, ...bytes]), decoders[alphabet]) : "\ufffd";
  known.set(key, letter);
  return letter;
}
