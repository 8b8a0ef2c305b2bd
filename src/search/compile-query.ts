import type { Database } from "../database.ts";
import { tokensOfPhrase } from "../logs/tokens-of-log.ts";
import type { Vault } from "../vault/vault.ts";
import { type Asker, fieldSql, type Names, type Sql } from "./field-sql.ts";
import type { FieldName, Query, QueryNode, Term } from "./query.ts";
import { Mistake } from "./query-mistake.ts";
import { type Resolved, resolveWords, type Wanted } from "./resolve-words.ts";
import { searchKeys } from "./search-keys.ts";

/** A search as PostgreSQL is asked. */
export type Compiled = {
  /** A `tsquery` that the words of a ticket must match and that the index can follow; null: words do not lead. */
  words: string | null;
  /** What is asked of a row of `tickets` beside that. */
  conditions: Sql[];
  /** Phrases to be confirmed on the opened logs. */
  logPhrases: string[];
  /** Lexemes in clear, to be marked where they are found. */
  lexemes: string[];
};

type Tree =
  | { kind: "words"; tsquery: string }
  | { kind: "sql"; sql: Sql }
  | { kind: "all" | "any"; parts: Tree[] }
  | { kind: "not"; part: Tree };

/** Turns a search into SQL; throws `Mistake` for names that are not there and for what has no word in it. */
export async function compileQuery(
  db: Database,
  vault: Vault,
  query: Compilable,
  asker: Asker,
): Promise<Compiled> {
  const compile = await queryCompiler(db, vault, [query], asker);
  return compile(query);
}

/** Reads what several searches need, in the statements of one. What it returns turns each of them into SQL, or throws `Mistake`. */
export async function queryCompiler(
  db: Database,
  vault: Vault,
  queries: Compilable[],
  asker: Asker,
): Promise<(query: Compilable) => Compiled> {
  const nodes = queries.flatMap(({ node }) => node ?? []);
  const [keys, names] = await Promise.all([searchKeys(db, vault), readNames(db, nodes.flatMap(fieldsIn))]);
  const resolve = await resolveWords(db, keys, nodes.flatMap(wantedIn));
  return ({ node }) => {
    const context: Context = { resolve, names, vault, asker, lexemes: [], logPhrases: [] };
    const conjuncts = node === null ? [] : node.kind === "all" ? node.parts : [node];
    const trees = conjuncts.map((part) => treeOf(part, context, true, false));

    // What is left out follows the index too, as soon as there is a word that leads.
    const leading = trees.some(leads) ? trees.filter(isWords) : [];
    return {
      words: leading.length > 0 ? leading.map(tsqueryOf).join(" & ") : null,
      conditions: trees.filter((tree) => !leading.includes(tree)).map((tree) => sqlOf(tree, false)),
      logPhrases: context.logPhrases,
      lexemes: context.lexemes,
    };
  };
}

type Compilable = Pick<Query, "node">;

type Context = {
  resolve: (wanted: Wanted) => Resolved;
  names: Names;
  vault: Vault;
  asker: Asker;
  lexemes: string[];
  logPhrases: string[];
};

function wantedIn(node: QueryNode): Wanted[] {
  if (node.kind === "word" || node.kind === "phrase") return [{ kind: node.kind, text: node.text }];
  if (node.kind === "not") return wantedIn(node.part);
  if (node.kind === "all" || node.kind === "any") return node.parts.flatMap(wantedIn);
  if (node.field !== "log" && node.field !== "device") return [];
  return node.terms.map((term) => ({ kind: "log", text: textOfTerm(term) }));
}

function textOfTerm({ value }: Term): string {
  return value.how === "is" ? value.text.toLowerCase() : "";
}

function treeOf(node: QueryNode, context: Context, isTop: boolean, isLeftOut: boolean): Tree {
  switch (node.kind) {
    case "word":
    case "phrase":
      return wordsOf({ kind: node.kind, text: node.text }, node.at, context, isLeftOut);
    case "not":
      return { kind: "not", part: treeOf(node.part, context, false, !isLeftOut) };
    case "field":
      return listOf(node.field, node.terms, context, isTop, isLeftOut);
    case "all":
    case "any":
      return {
        kind: node.kind,
        parts: node.parts.map((part) => treeOf(part, context, false, isLeftOut)),
      };
  }
}

function wordsOf(wanted: Wanted, at: number, context: Context, isLeftOut: boolean): Tree {
  const resolved = context.resolve(wanted);
  if (!resolved) {
    throw new Mistake(`There is no word in “${wanted.text.slice(0, 40)}” that could be found`, at, null);
  }
  if (!isLeftOut) context.lexemes.push(...resolved.lexemes);
  return { kind: "words", tsquery: resolved.tsquery };
}

/** One of the values without a minus, and none of those with one. */
function listOf(field: FieldName, terms: Term[], context: Context, isTop: boolean, isLeftOut: boolean): Tree {
  const tree = (term: Term, out: boolean): Tree => {
    if (field !== "log" && field !== "device") {
      return { kind: "sql", sql: fieldSql(field, term.value, term.at, context) };
    }
    const text = textOfTerm(term);
    if (field === "log" && !isOneToken(text)) {
      if (!isTop || terms.length > 1 || term.without) {
        throw new Mistake(
          "A phrase in logs is confirmed on the opened logs, so it stands by itself: not in brackets, with `or`, in a list or after a minus sign",
          term.at,
          null,
        );
      }
      context.logPhrases.push(text);
    }
    return wordsOf({ kind: "log", text }, term.at, context, out);
  };
  const wanted = terms.filter(({ without }) => !without).map((term) => tree(term, isLeftOut));
  const unwanted = terms
    .filter(({ without }) => without)
    .map((term): Tree => ({ kind: "not", part: tree(term, !isLeftOut) }));
  const parts: Tree[] = [...(wanted.length > 0 ? [anyOf(wanted)] : []), ...unwanted];
  return parts.length === 1 && parts[0] ? parts[0] : { kind: "all", parts };
}

function anyOf(parts: Tree[]): Tree {
  return parts.length === 1 && parts[0] ? parts[0] : { kind: "any", parts };
}

function isOneToken(text: string): boolean {
  const tokens = tokensOfPhrase(text);
  return tokens.length === 1 && tokens[0] === text;
}

function leads(tree: Tree): boolean {
  return isWords(tree) && needsWord(tree);
}

function isWords(tree: Tree): boolean {
  if (tree.kind === "all" || tree.kind === "any") return tree.parts.every(isWords);
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
  if (tree.kind === "sql") throw new Error("This is no word");
  return `(${tree.parts.map(tsqueryOf).join(tree.kind === "all" ? " & " : " | ")})`;
}

/** What is left out must be the exact rest: where a column is empty, "unknown" counts as no before it is turned round. */
function sqlOf(tree: Tree, isTurned: boolean): Sql {
  if (leads(tree)) return hasWords(tsqueryOf(tree));
  if (tree.kind === "sql") return isTurned ? { ...tree.sql, sql: `(${tree.sql.sql}) is true` } : tree.sql;
  if (tree.kind === "words") throw new Error("A word leads");
  if (tree.kind === "not") {
    const part = sqlOf(tree.part, true);
    return { ...part, sql: `not (${part.sql})` };
  }
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

async function readNames(db: Database, fields: FieldName[]): Promise<Names> {
  const used = new Set(fields);
  const read = async (field: FieldName, table: string) => {
    const rows: { id: string; name: string }[] = used.has(field) ? await db(table).select("id", "name") : [];
    return new Map(rows.map(({ id, name }) => [name.toLowerCase(), id]));
  };
  const [queues, staff, tags] = await Promise.all([
    read("queue", "queues"),
    read("owner", "staff"),
    read("tag", "tags"),
  ]);
  return { queues, staff, tags };
}

function fieldsIn(node: QueryNode): FieldName[] {
  if (node.kind === "field") return [node.field];
  if (node.kind === "not") return fieldsIn(node.part);
  return node.kind === "all" || node.kind === "any" ? node.parts.flatMap(fieldsIn) : [];
}
