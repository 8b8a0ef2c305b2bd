import type { Sql } from "./field-sql.ts";

/** A search with its names and words looked up: what is left is to write it as SQL. */
export type Tree =
  | Words
  | { kind: "sql"; sql: Sql }
  | LogPhrase
  | { kind: "all" | "any"; parts: Tree[] }
  | { kind: "not"; part: Tree };

/**
 * `mark`: it tells what a ticket has, has not or is, and nothing of its text. `opposite`: the word of all others; null: they
 * have none. `sql`: columns of `tickets` that say the same, and the rest.
 */
export type Words = {
  kind: "words";
  tsquery: string;
  mark?: { opposite: string | null; sql: { is: Sql; isNot: Sql } | null };
};

/** Its words are found by the index; whether they stand there just so is seen on the opened logs alone. */
export type LogPhrase = { kind: "log phrase"; text: string; tsquery: string };

const everything = { kind: "all", parts: [] } satisfies Tree;
export const nothing = { kind: "any", parts: [] } satisfies Tree;

/** `all` or `any` of some parts, with no `all` in an `all`, and without parts that decide nothing. */
export function joined(kind: "all" | "any", parts: Tree[]): Tree {
  const end = kind === "all" ? nothing : everything;
  const flat = parts.flatMap((part) => (part.kind === kind ? part.parts : [part]));
  if (flat.some((part) => part.kind === end.kind && part.parts.length === 0)) return end;
  return flat.length === 1 && flat[0] ? flat[0] : { kind, parts: flat };
}

/** The rest. It is said of each part, so that marks turn into their opposites. */
export function not(part: Tree): Tree {
  if (part.kind === "not") return part.part;
  if (part.kind === "all") return joined("any", part.parts.map(not));
  if (part.kind === "any") return joined("all", part.parts.map(not));
  if (part.kind === "words" && part.mark?.opposite) {
    const { opposite } = part.mark;
    return { kind: "words", tsquery: opposite, mark: { opposite: part.tsquery, sql: null } };
  }
  return { kind: "not", part };
}

/** The same search with something else in the place of each phrase. `isLeftOut`: it stands after a minus, or three. */
export function withoutPhrases(
  tree: Tree,
  instead: (phrase: LogPhrase, isLeftOut: boolean) => Tree,
  isLeftOut = false,
): Tree {
  if (tree.kind === "log phrase") return instead(tree, isLeftOut);
  if (tree.kind === "not") return not(withoutPhrases(tree.part, instead, !isLeftOut));
  if (tree.kind !== "all" && tree.kind !== "any") return tree;
  return joined(
    tree.kind,
    tree.parts.map((part) => withoutPhrases(part, instead, isLeftOut)),
  );
}

export function phrasesIn(tree: Tree): string[] {
  if (tree.kind === "log phrase") return [tree.text];
  if (tree.kind === "not") return phrasesIn(tree.part);
  return tree.kind === "all" || tree.kind === "any" ? tree.parts.flatMap(phrasesIn) : [];
}

/**
 * A search in two: a `tsquery` that the words of a ticket must match and that the index can follow (null: no word leads),
 * and what is asked of a row of `tickets` beside that. `ranked`: those of the words that say how well a ticket matches.
 */
export function splitByIndex(tree: Tree): { words: string | null; ranked: string | null; conditions: Sql[] } {
  const conjuncts = tree.kind === "all" ? tree.parts : [tree];
  // What is left out follows the index too, as soon as there is a word that leads. A mark leads with words or where nothing
  // else is asked: beside a state or a version PostgreSQL knows by its statistics which of them is the rarer.
  const isLed = conjuncts.some(leads) && (conjuncts.every(isWords) || conjuncts.some(leadsByText));
  const leading = isLed ? conjuncts.filter(isWords) : [];
  return {
    words: allOf(leading),
    ranked: allOf(leading.filter((part) => !hasMark(part))),
    conditions: conjuncts.filter((part) => !leading.includes(part)).map(sqlOf),
  };
}

function allOf(parts: Tree[]): string | null {
  return parts.length > 0 ? parts.map(tsqueryOf).join(" & ") : null;
}

/** A search as one condition on a row of `tickets`. */
export function sqlOf(tree: Tree): Sql {
  if (leads(tree) && !hasColumns(tree)) return hasWords(tsqueryOf(tree));
  if (tree.kind === "sql") return tree.sql;
  if (tree.kind === "words" && tree.mark?.sql) return tree.mark.sql.is;
  if (tree.kind === "words" || tree.kind === "log phrase")
    throw new Error("A word leads, and a phrase is replaced");
  if (tree.kind === "not") {
    const { part } = tree;
    return part.kind === "words" && part.mark?.sql ? part.mark.sql.isNot : isNotTrue(sqlOf(part));
  }
  if (tree.parts.length === 0) return { sql: tree.kind === "all" ? "true" : "false", bindings: [] };
  const parts = tree.parts.map(sqlOf);
  return {
    sql: parts.map(({ sql }) => `(${sql})`).join(tree.kind === "all" ? " and " : " or "),
    bindings: parts.flatMap(({ bindings }) => bindings),
  };
}

/** The exact rest: "unknown" counts as no before it is turned round. */
export function isNotTrue(part: Sql): Sql {
  return { ...part, sql: `(${part.sql}) is not true` };
}

/** Whether a row of `tickets` has what a `tsquery` asks. */
export function hasWords(tsquery: string): Sql {
  return {
    sql: "exists (select from search_tickets where ticket_id = tickets.id and words @@ ?::tsquery)",
    bindings: [tsquery],
  };
}

function leads(tree: Tree): boolean {
  return isWords(tree) && needsWord(tree);
}

function leadsByText(tree: Tree): boolean {
  return leads(tree) && !hasMark(tree);
}

function hasMark(tree: Tree): boolean {
  if (tree.kind === "all" || tree.kind === "any") return tree.parts.some(hasMark);
  if (tree.kind === "not") return hasMark(tree.part);
  return tree.kind === "words" && tree.mark !== undefined;
}

function hasColumns(tree: Tree): boolean {
  if (tree.kind === "all" || tree.kind === "any") return tree.parts.every(hasColumns);
  if (tree.kind === "not") return hasColumns(tree.part);
  return tree.kind === "words" && Boolean(tree.mark?.sql);
}

function isWords(tree: Tree): boolean {
  if (tree.kind === "all" || tree.kind === "any") return tree.parts.length > 0 && tree.parts.every(isWords);
  return tree.kind === "not" ? isWords(tree.part) : tree.kind === "words";
}

/** Whether no ticket matches that has none of its words: else the index would have to be read as a whole. */
function needsWord(tree: Tree): boolean {
  if (tree.kind === "all") return tree.parts.some(needsWord);
  if (tree.kind === "any") return tree.parts.every(needsWord);
  return tree.kind === "words";
}

function tsqueryOf(tree: Tree): string {
  if (tree.kind === "words") return tree.tsquery;
  if (tree.kind === "not") return `!(${tsqueryOf(tree.part)})`;
  if (tree.kind !== "all" && tree.kind !== "any") throw new Error("This is no word");
  return `(${tree.parts.map(tsqueryOf).join(tree.kind === "all" ? " & " : " | ")})`;
}
