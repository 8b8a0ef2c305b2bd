import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { type Compiled, type LogPhrases, queryCompiler } from "./compile-query.ts";
import { type Asker, allOf, type Binding, type Sql } from "./field-sql.ts";
import type { Query } from "./query.ts";
import { hasWords } from "./query-tree.ts";

/** What a search asks of a row of `tickets`, for rooms that look at tickets in an order of their own. */
export type TicketCondition = {
  /**
   * A condition on a row of `tickets`; with `logPhrases` it finds all that the search finds, and some more. No ticket that
   * was merged into another meets it.
   */
  sql: string;
  bindings: Binding[];
  /** Phrases that must still be confirmed on the opened logs: `confirmInLogs`; null: there are none. */
  logPhrases: LogPhrases | null;
  /** The same in two: a `tsquery` by which the index of words leads to the tickets (null: no word leads), and the rest. */
  words: string | null;
  rest: Sql;
};

/** Turns a search into a condition; throws `Mistake` for names that are not there and for what has no word in it. */
export async function ticketCondition(
  db: Database,
  vault: Vault,
  query: Pick<Query, "node">,
  asker: Asker,
): Promise<TicketCondition> {
  const conditionOf = await ticketConditions(db, vault, [query], asker);
  return conditionOf(query);
}

/** Reads what several searches need, in the statements of one. What it returns turns each into its condition, or throws `Mistake`. */
export async function ticketConditions(
  db: Database,
  vault: Vault,
  queries: Pick<Query, "node">[],
  asker: Asker,
): Promise<(query: Pick<Query, "node">) => TicketCondition> {
  const compile = await queryCompiler(db, vault, queries, asker);
  return (query) => conditionFrom(compile(query));
}

function conditionFrom({ words, conditions, logPhrases }: Compiled): TicketCondition {
  const rest = allOf([{ sql: "tickets.merged_into is null", bindings: [] }, ...conditions]);
  return { ...(words ? allOf([hasWords(words), rest]) : rest), logPhrases, words, rest };
}
