import { type Database, sendTogether } from "../database.ts";
import { tokensOfPhrase } from "../logs/tokens-of-log.ts";
import type { Vault } from "../vault/vault.ts";
import { type Asker, fieldSql, type Names, type Sql } from "./field-sql.ts";
import { readVersions } from "./known-versions.ts";
import type { FieldName, Query, QueryNode, Term, Value } from "./query.ts";
import { Mistake } from "./query-mistake.ts";
import {
  isNotTrue,
  joined,
  type LogPhrase,
  not,
  nothing,
  phrasesIn,
  splitByIndex,
  sqlOf,
  type Tree,
  withoutPhrases,
} from "./query-tree.ts";
import { type Resolved, resolveWords, type Wanted } from "./resolve-words.ts";
import { markOf, type TicketMark } from "./ticket-marks.ts";

/** A search as PostgreSQL is asked. Where it has phrases in logs, all that it finds is asked for, and some more. */
export type Compiled = {
  /** A `tsquery` that the words of a ticket must match and that the index can follow; null: words do not lead. */
  words: string | null;
  /** Those of them by which tickets are ranked; null: there are none. */
  ranked: string | null;
  /** What is asked of a row of `tickets` beside that. */
  conditions: Sql[];
  logPhrases: LogPhrases | null;
  /** Lexemes in clear, to be marked where they are found. */
  lexemes: string[];
};

/** Phrases that are confirmed on the opened logs: `confirmInLogs`. */
export type LogPhrases = {
  texts: string[];
  /** Which tickets are found whatever stands in their logs; null: none. */
  surely: Sql | null;
  /** What is asked of a row of `tickets` when it is known in the logs of which tickets each phrase stands. */
  exactly: (standsIn: (text: string) => string[]) => Sql;
};

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
  const wanted = nodes.flatMap(wantedIn);
  const [resolve, names] = await sendTogether([
    wanted.length > 0 ? resolveWords(db, vault, wanted) : () => null,
    readNames(db, nodes.flatMap(fieldsIn)),
  ]);
  return ({ node }) => {
    const context: Context = { resolve, names, vault, asker, lexemes: [] };
    const tree = node === null ? joined("all", []) : treeOf(node, context, false);
    // A phrase stands in no other logs than those that have its words.
    const widest = withoutPhrases(tree, (phrase, isLeftOut) => (isLeftOut ? nothing : wordsOfPhrase(phrase)));
    return { ...splitByIndex(widest), logPhrases: logPhrasesOf(tree), lexemes: context.lexemes };
  };
}

function logPhrasesOf(tree: Tree): LogPhrases | null {
  const texts = [...new Set(phrasesIn(tree))];
  if (texts.length === 0) return null;
  const surely = withoutPhrases(tree, (phrase, isLeftOut) => (isLeftOut ? wordsOfPhrase(phrase) : nothing));
  return {
    texts,
    surely: surely === nothing ? null : sqlOf(surely),
    exactly: (standsIn) =>
      sqlOf(
        withoutPhrases(tree, (phrase) => {
          const bindings = [`{${standsIn(phrase.text).join(",")}}`];
          return joined("all", [
            wordsOfPhrase(phrase),
            { kind: "sql", sql: { sql: "tickets.id = any(?::bigint[])", bindings } },
          ]);
        }),
      ),
  };
}

function wordsOfPhrase({ tsquery }: LogPhrase): Tree {
  return { kind: "words", tsquery };
}

type Compilable = Pick<Query, "node">;

type Context = {
  resolve: (wanted: Wanted) => Resolved;
  names: Names;
  vault: Vault;
  asker: Asker;
  lexemes: string[];
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

function treeOf(node: QueryNode, context: Context, isLeftOut: boolean): Tree {
  switch (node.kind) {
    case "word":
    case "phrase":
      return wordsOf({ kind: node.kind, text: node.text }, node.at, context, isLeftOut);
    case "not":
      return not(treeOf(node.part, context, !isLeftOut));
    case "field":
      return listOf(node.field, node.terms, context, isLeftOut);
    case "all":
    case "any":
      return joined(
        node.kind,
        node.parts.map((part) => treeOf(part, context, isLeftOut)),
      );
  }
}

function wordsOf(wanted: Wanted, at: number, context: Context, isLeftOut: boolean) {
  const resolved = context.resolve(wanted);
  if (!resolved) {
    throw new Mistake(`There is no word in “${wanted.text.slice(0, 40)}” that could be found`, at, null);
  }
  if (!isLeftOut) context.lexemes.push(...resolved.lexemes);
  return { kind: "words" as const, tsquery: resolved.tsquery };
}

/** One of the values without a minus, and none of those with one. */
function listOf(field: FieldName, terms: Term[], context: Context, isLeftOut: boolean): Tree {
  const wanted = terms.filter(({ without }) => !without);
  const unwanted = terms.filter(({ without }) => without);
  return joined("all", [
    ...(wanted.length > 0
      ? [
          joined(
            "any",
            wanted.map((term) => fieldValue(field, term, context, isLeftOut)),
          ),
        ]
      : []),
    ...unwanted.map((term) => not(fieldValue(field, term, context, !isLeftOut))),
  ]);
}

function fieldValue(field: FieldName, term: Term, context: Context, isLeftOut: boolean): Tree {
  if (field !== "log" && field !== "device") {
    const mark = markOf(field, term.value);
    if (mark) return wordsOfMark(mark, term.at, context);
    return { kind: "sql", sql: fieldSql(field, term.value, term.at, context) };
  }
  const text = textOfTerm(term);
  const words = wordsOf({ kind: "log", text }, term.at, context, isLeftOut);
  return field === "log" && !isOneToken(text) ? { ...words, kind: "log phrase", text } : words;
}

function wordsOfMark({ word, opposite, isLeftOut, column }: TicketMark, at: number, context: Context): Tree {
  const quoted = (text: string) => `'${text}'`;
  const sql = (value: Value) => column && fieldSql(column.field, value, at, context);
  const is = column && sql(column.value);
  const isNot = column?.value.how === "none" ? sql({ how: "known" }) : is && isNotTrue(is);
  const words: Tree = {
    kind: "words",
    tsquery: quoted(word),
    mark: { opposite: opposite && quoted(opposite), sql: is && isNot && { is, isNot } },
  };
  return isLeftOut ? not(words) : words;
}

function isOneToken(text: string): boolean {
  const tokens = tokensOfPhrase(text);
  return tokens.length === 1 && tokens[0] === text;
}

async function readNames(db: Database, asked: Asked[]): Promise<Names> {
  const read = async (field: FieldName, table: string) => {
    const isUsed = asked.some((one) => one.field === field);
    const rows: { id: string; name: string }[] = isUsed ? await db(table).select("id", "name") : [];
    return new Map(rows.map(({ id, name }) => [name.toLowerCase(), id]));
  };
  const [queues, staff, tags, versions] = await sendTogether([
    read("queue", "queues"),
    read("owner", "staff"),
    read("tag", "tags"),
    readVersions(db, asked),
  ]);
  return { queues, staff, tags, versions };
}

type Asked = { field: FieldName; value: Value };

function fieldsIn(node: QueryNode): Asked[] {
  if (node.kind === "field") return node.terms.map(({ value }) => ({ field: node.field, value }));
  if (node.kind === "not") return fieldsIn(node.part);
  return node.kind === "all" || node.kind === "any" ? node.parts.flatMap(fieldsIn) : [];
}
