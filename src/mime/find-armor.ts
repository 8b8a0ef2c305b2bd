/** An armoured block in a text, with what stands around it. */
export type Armor = { before: string; armor: string; after: string };

/**
 * The first complete OpenPGP armour of this kind that begins at the start of a line, from `from` on; or null.
 * An armour without its end reaches to the end of the text, so that a cut message is told as damaged, not as text.
 */
export function findArmor(text: string, kind: "MESSAGE" | "PUBLIC KEY BLOCK", from = 0): Armor | null {
  const begin = `-----BEGIN PGP ${kind}-----`;
  const start = startOfLine(text, begin, from);
  if (start === -1) return null;

  const endLine = `-----END PGP ${kind}-----`;
  const found = text.indexOf(endLine, start);
  const end = found === -1 ? text.length : found + endLine.length;
  return { before: text.slice(0, start), armor: text.slice(start, end), after: text.slice(end) };
}

function startOfLine(text: string, begin: string, from: number): number {
  let at = text.indexOf(begin, from);
  while (at > 0 && text[at - 1] !== "\n") at = text.indexOf(begin, at + 1);
  return at;
}
