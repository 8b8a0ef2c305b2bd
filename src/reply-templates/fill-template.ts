import { placeholders } from "./placeholders.ts";

/** What is wrong in a template, and where: line and column begin at 1, a column is one character. */
export type TemplateProblem = { line: number; column: number; message: string };
/** A piece of a filled text; `missing` pieces still read `{{name}}`. */
export type Piece = { kind: "text" | "value" | "missing"; text: string };
export type Filled = { text: string; missing: string[]; pieces: Piece[] };

type Part =
  | { kind: "text"; text: string }
  | { kind: "placeholder"; name: string; at: number }
  | { kind: "problem"; text: string; at: number; message: string };

const known = new Set(placeholders.map(({ name }) => name));

/** Everything that keeps a template from being saved: markup that is not closed, names that nobody knows. Never throws. */
export function problemsOf(template: string): TemplateProblem[] {
  const place = placeFinder(template);
  return readParts(template)
    .filter((part) => part.kind === "problem")
    .map(({ at, message }) => ({ ...place(at), message }));
}

/** The names that a template asks for, each once, in the order of the text. */
export function placeholdersIn(template: string): string[] {
  const names = readParts(template).flatMap((part) => (part.kind === "placeholder" ? [part.name] : []));
  return [...new Set(names)];
}

type Values = Readonly<Record<string, string | null | undefined>>;

/**
 * Puts the values where their names stand. A value is text and nothing else: it is not read again, and cannot become
 * a placeholder together with what stands beside it. What has no value stays as it is and is told in `missing`.
 */
export function fillTemplate(template: string, values: Values): Filled {
  const pieces: Piece[] = [];
  let last = "";

  for (const part of readParts(template)) {
    const piece =
      part.kind === "placeholder" ? fill(part.name, values) : { kind: "text" as const, text: part.text };
    const touches = (last === "{" || last === "}") && piece.text.startsWith(last);
    pieces.push(touches ? { ...piece, text: ` ${piece.text}` } : piece);
    last = piece.text.slice(-1);
  }
  const missing = placeholdersIn(template).filter((name) => fill(name, values).kind === "missing");
  return { text: pieces.map(({ text }) => text).join(""), missing, pieces };
}

/** What a text that is about to leave still holds open: the names, and the text in pieces to show them. */
export function findUnfilled(text: string): { names: string[]; pieces: Piece[] } {
  const pieces: Piece[] = [];
  const names = new Set<string>();
  let from = 0;
  for (const found of text.matchAll(/\{\{[^\S\n]*([a-z][a-z0-9_]*)[^\S\n]*\}\}/g)) {
    const [whole, name = ""] = found;
    if (!known.has(name)) continue;
    names.add(name);
    if (found.index > from) pieces.push({ kind: "text", text: text.slice(from, found.index) });
    pieces.push({ kind: "missing", text: whole });
    from = found.index + whole.length;
  }
  if (from < text.length) pieces.push({ kind: "text", text: text.slice(from) });
  return { names: [...names], pieces };
}

/** A problem as a sentence: where it stands, and what is wrong. */
export function problemWords({ line, column, message }: TemplateProblem): string {
  return `Line ${line}, column ${column}: ${message}`;
}

function fill(name: string, values: Values): Piece {
  const value = Object.hasOwn(values, name) ? values[name] : null;
  if (typeof value !== "string" || value.trim() === "") return { kind: "missing", text: `{{${name}}}` };
  // Two braces inside a value would read like a placeholder when the whole answer is looked at before it leaves.
  return { kind: "value", text: value.replace(/\{(?=\{)/g, "{ ") };
}

/** One walk from left to right; every character of the template is in exactly one part. */
function readParts(template: string): Part[] {
  const parts: Part[] = [];
  let from = 0;
  // A line may open many times and never close: each opening looks no further than the next brace pair.
  const marks = /\{\{+|\}\}+/g;
  let mark = marks.exec(template);

  while (mark) {
    const { index: at } = mark;
    if (at > from) parts.push({ kind: "text", text: template.slice(from, at) });
    const next = marks.exec(template);
    const part = readMark(template, mark, next);
    parts.push(part.value);
    from = part.end;
    mark = part.tookNext ? marks.exec(template) : next;
  }
  if (from < template.length) parts.push({ kind: "text", text: template.slice(from) });
  return parts;
}

function readMark(template: string, mark: RegExpExecArray, next: RegExpExecArray | null) {
  const [braces] = mark;
  const at = mark.index;
  const problem = (end: number, message: string, tookNext = false) => ({
    value: { kind: "problem" as const, text: template.slice(at, end), at, message },
    end,
    tookNext,
  });
  const after = at + braces.length;
  if (braces.startsWith("}")) return problem(after, "“}}” closes nothing. A placeholder reads {{person}}");

  const between = next?.[0].startsWith("}") ? template.slice(after, next.index) : null;
  if (next === null || between === null || between.includes("\n")) {
    return problem(after, "“{{” is not closed on its line. A placeholder reads {{person}}");
  }
  const end = next.index + next[0].length;
  if (braces.length > 2 || next[0].length > 2) {
    return problem(end, "A placeholder has two braces on each side, and no brace touches it", true);
  }
  const name = between.trim();
  if (!/^[a-z][a-z0-9_]*$/.test(name)) {
    return problem(end, "Between {{ and }} stands one name of small letters, such as {{person}}", true);
  }
  if (!known.has(name)) return problem(end, `There is no placeholder {{${name.slice(0, 40)}}}`, true);
  return { value: { kind: "placeholder" as const, name, at }, end, tookNext: true };
}

/** Asked with growing offsets, so that many problems in a long text stay one walk over it. */
function placeFinder(text: string) {
  let offset = 0;
  let line = 1;
  let column = 1;
  return (at: number) => {
    for (const character of text.slice(offset, at)) {
      if (character === "\n") {
        line += 1;
        column = 1;
      } else column += 1;
    }
    offset = at;
    return { line, column };
  };
}
