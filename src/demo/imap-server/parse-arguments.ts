export type Argument =
  | { kind: "atom"; text: string }
  | { kind: "string"; bytes: Buffer }
  | { kind: "list"; items: Argument[] };

/** A part of the command that cannot be used; the client gets BAD with this text. */
export class BadCommand extends Error {}

const deepest = 50;
// Command text holds one character for each byte, so this one can stand for a literal and nothing else.
const literalMark = "\ue000";

/** Splits the text of a command and its literals into atoms, strings and lists; null when it is malformed. */
export function parseArguments(parts: (string | Buffer)[]): Argument[] | null {
  const literals = parts.filter((part) => typeof part !== "string");
  const text = parts.map((part) => (typeof part === "string" ? part : literalMark)).join("");
  const cursor = { text, at: 0, literals };

  const items = parseItems(cursor, 0);
  return items && cursor.at === text.length ? items : null;
}

/** The text of an atom or a string; throws BadCommand for a list or a missing argument. */
export function textOf(argument: Argument | undefined): string {
  if (argument?.kind === "atom") return argument.text;
  if (argument?.kind === "string") return argument.bytes.toString("latin1");
  throw new BadCommand("An argument is missing or has the wrong form");
}

/** Whether an argument is this word, in whatever case. */
export function isWord(argument: Argument | undefined, word: string): boolean {
  return argument?.kind === "atom" && argument.text.toUpperCase() === word;
}

/** The texts of a list of atoms; throws BadCommand for anything else. */
export function textsOf(argument: Argument | undefined): string[] {
  if (argument?.kind !== "list") throw new BadCommand("A list is missing");
  return argument.items.map(textOf);
}

type Cursor = { text: string; at: number; literals: Buffer[] };

function parseItems(cursor: Cursor, depth: number): Argument[] | null {
  const items: Argument[] = [];
  for (;;) {
    while (cursor.text[cursor.at] === " ") cursor.at += 1;
    const next = cursor.text[cursor.at];
    if (next === undefined || next === ")") return items;

    const item = parseItem(cursor, next, depth);
    if (!item) return null;
    items.push(item);
  }
}

function parseItem(cursor: Cursor, next: string, depth: number): Argument | null {
  if (next === "(") return parseList(cursor, depth);
  if (next === '"') return parseQuoted(cursor);
  if (next === literalMark) return parseLiteral(cursor);
  return parseAtom(cursor);
}

function parseList(cursor: Cursor, depth: number): Argument | null {
  if (depth >= deepest) return null;
  cursor.at += 1;
  const items = parseItems(cursor, depth + 1);
  if (!items || cursor.text[cursor.at] !== ")") return null;
  cursor.at += 1;
  return { kind: "list", items };
}

function parseQuoted(cursor: Cursor): Argument | null {
  const quoted = /"((?:[^"\\\r\n\0\ue000]|\\["\\])*)"/y;
  quoted.lastIndex = cursor.at;
  const match = quoted.exec(cursor.text);
  if (!match) return null;
  cursor.at = quoted.lastIndex;
  return { kind: "string", bytes: Buffer.from((match[1] ?? "").replace(/\\(.)/g, "$1"), "latin1") };
}

function parseLiteral(cursor: Cursor): Argument | null {
  const bytes = cursor.literals.shift();
  cursor.at += 1;
  return bytes ? { kind: "string", bytes } : null;
}

// BODY[HEADER.FIELDS (FROM TO)]<0.100> is one word although there are spaces inside.
function parseAtom(cursor: Cursor): Argument | null {
  const atom = /(?:BODY(?:\.PEEK)?\[[^\]\ue000]*\](?:<[\d.]*>)?|[^\s()"\p{Cc}\ue000]+)/iuy;
  atom.lastIndex = cursor.at;
  const match = atom.exec(cursor.text);
  if (!match) return null;
  cursor.at = atom.lastIndex;
  return { kind: "atom", text: match[0] };
}
