import type { Sql } from "./field-sql.ts";

/** A search with its names and words looked up: what is left is to write it as SQL. */
export type Tree =
  | { kind: "words"; tsquery: string }
  | { kind: "sql"; sql: Sql }
  | LogPhrase
  | { kind: "all" | "any"; parts: Tree[] }
  | { kind: "not"; part: Tree };

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

export function not(part: Tree): Tree {
  if (part.kind === "not") return part.part;
  if (part.kind === "all" && part.parts.length === 0) return nothing;
  return part.kind === "any" && part.parts.length === 0 ? everything : { kind: "not", part };
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
 * and what is asked of a row of `tickets` beside that.
 */
export function splitByIndex(tree: Tree): { words: string | null; conditions: Sql[] } {
  const conjuncts = tree.kind === "all" ? tree.parts : [tree];
  // What is left out follows the index too, as soon as there is a word that leads.
  const leading = conjuncts.some(leads) ? conjuncts.filter(isWords) : [];
  return {
    words: leading.length > 0 ? leading.map(tsqueryOf).join(" & ") : null,
    conditions: conjuncts.filter((part) => !leading.includes(part)).map((part) => sqlOf(part)),
  };
}

/** A search as one condition on a row of `tickets`. */
export function sqlOf(tree: Tree, isTurned = false): Sql {
  if (leads(tree)) return hasWords(tsqueryOf(tree));
  // What is left out must be the exact rest: "unknown" counts as no before it is turned round.
  if (tree.kind === "sql") return isTurned ? { ...tree.sql, sql: `(${tree.sql.sql}) is true` } : tree.sql;
  if (tree.kind === "words" || tree.kind === "log phrase")
    throw new Error("A word leads, and a phrase is replaced");
  if (tree.kind === "not") {
    const part = sqlOf(tree.part, true);
    return { ...part, sql: `not (${part.sql})` };
  }
  if (tree.parts.length === 0) return { sql: tree.kind === "all" ? "true" : "false", bindings: [] };
  const parts = tree.parts.map((part) => sqlOf(part, isTurned));
  return {
    sql: parts.map(({ sql }) => `(${sql})`).join(tree.kind === "all" ? " and " : " or "),
    bindings: parts.flatMap(({ bindings }) => bindings),
  };
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
