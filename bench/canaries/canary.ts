/** What a canary stands for: an address, a Message-ID, the text of one of our answers, or anything else that is secret. */
export type CanaryKind = "address" | "message id" | "answer" | "secret";

const letters: Record<CanaryKind, string> = { address: "a", "message id": "m", answer: "t", secret: "s" };
const kinds = new Map(Object.entries(letters).map(([kind, letter]) => [letter, kind]));

/** No language has this word, and no part of it looks like base64 or hex by chance. */
const word = "kanariqzv";

/** A word that must not be found again outside; the number says whose it is. */
export function canary(kind: CanaryKind, number: number): string {
  return `${word}${letters[kind]}${number}q`;
}

/** The canaries that stand in a text as they are, in whatever case. */
export function canariesIn(text: string): { kind: string; number: number; token: string }[] {
  return [...text.matchAll(/kanariqzv([amts])(\d+)q/gi)].map(([token, letter = "", number]) => ({
    kind: kinds.get(letter.toLowerCase()) ?? "",
    number: Number(number),
    token: token.toLowerCase(),
  }));
}

/** Each way in which a canary may stand in bytes, as what to look for in small letters, or as it is in base64. */
const forms: { name: string; exact: boolean; patterns: string[] }[] = [
  { name: "plain", exact: false, patterns: [word] },
  { name: "reversed", exact: false, patterns: [word.split("").toReversed().join("")] },
  { name: "hex", exact: false, patterns: [hexOf(word), hexOf(word.toUpperCase())] },
  { name: "base64", exact: true, patterns: [word, word.toUpperCase()].flatMap(inBase64) },
  { name: "UTF-16", exact: false, patterns: [word.split("").join("\0")] },
  { name: "percent", exact: false, patterns: [hexOf(word).replace(/../g, "%$&")] },
];

/** The forms in which canaries stand in these bytes: plain in any case, quoted-printable, reversed, hex, base64, … */
export function formsIn(bytes: Uint8Array | string): string[] {
  const text = (typeof bytes === "string" ? bytes : Buffer.from(bytes).toString("latin1")).replace(
    /=\r?\n/g,
    "",
  );
  const folded = text.replace(/\r?\n/g, "");
  const small = folded.toLowerCase();
  return forms
    .filter(({ exact, patterns }) => patterns.some((one) => (exact ? folded : small).includes(one)))
    .map(({ name }) => name);
}

function hexOf(text: string): string {
  return Buffer.from(text).toString("hex");
}

/** What stays the same of a word in base64, wherever among three bytes it begins. */
function inBase64(text: string): string[] {
  return [0, 1, 2].map((shift) => {
    const encoded = Buffer.from(`${"x".repeat(shift)}${text}`)
      .toString("base64")
      .replace(/=+$/, "");
    const begin = Math.ceil((shift * 8) / 6);
    const end = Math.floor(((shift + text.length) * 8) / 6);
    return encoded.slice(begin, end);
  });
}
