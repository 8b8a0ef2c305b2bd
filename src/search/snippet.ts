/** A piece of a text, and whether it is one of the words that were searched for. */
export type Piece = { text: string; marked: boolean };

const before = 70;
const longest = 220;
const longestRead = 200_000;
/** Lines that only part or underline others, as below each heading of a report. */
const rules = /^[-=_*~#]{3,}[ \t\r]*$/gm;

/** Some of a text around the first word that is wanted, as pieces; its beginning, when none is there. */
export function snippetOf(text: string, lexemes: ReadonlySet<string>): Piece[] {
  const read = text.slice(0, longestRead).replace(rules, "");
  const first = lexemes.size > 0 ? firstMatch(read, lexemes) : -1;
  const start = first > before ? startOfWord(read, first - before) : 0;
  const end = start + longest < read.length ? endOfWord(read, start + longest) : read.length;
  const part = read.slice(start, end).replace(/\s+/g, " ").trim();
  const pieces = first === -1 ? [{ text: part, marked: false }] : markWords(part, lexemes);
  return [
    ...(start > 0 ? [{ text: "… ", marked: false }] : []),
    ...pieces,
    ...(end < read.length || text.length > longestRead ? [{ text: " …", marked: false }] : []),
  ];
}

const word = /[\p{L}\p{M}\p{N}_]+/gu;

function firstMatch(text: string, lexemes: ReadonlySet<string>): number {
  for (const match of text.matchAll(word)) if (isWanted(match[0], lexemes)) return match.index;
  return -1;
}

function markWords(text: string, lexemes: ReadonlySet<string>): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(word)) {
    if (!isWanted(match[0], lexemes)) continue;
    if (match.index > at) pieces.push({ text: text.slice(at, match.index), marked: false });
    pieces.push({ text: match[0], marked: true });
    at = match.index + match[0].length;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), marked: false });
  return pieces;
}

/** The lexeme itself, or a stem of it with an ending: what is marked helps the eye, and decides nothing. */
function isWanted(found: string, lexemes: ReadonlySet<string>): boolean {
  const lower = found.toLowerCase();
  if (lexemes.has(lower)) return true;
  for (let cut = 1; cut <= 4 && lower.length - cut >= 3; cut += 1) {
    if (lexemes.has(lower.slice(0, -cut)) || lexemes.has(`${lower.slice(0, -cut - 1)}i`)) return true;
  }
  return false;
}

function startOfWord(text: string, at: number): number {
  const space = text.slice(at, at + 30).search(/\s/);
  return space === -1 ? at : at + space + 1;
}

function endOfWord(text: string, at: number): number {
  const space = text.slice(at, at + 30).search(/\s/);
  return space === -1 ? at : at + space;
}
