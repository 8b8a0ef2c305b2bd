import type { Database } from "../database.ts";
import type { LogPhrases } from "../search/compile-query.ts";
import { confirmInLogs } from "../search/confirm-in-logs.ts";
import type { Query, QueryMistake } from "../search/query.ts";
import { Mistake } from "../search/query-mistake.ts";
import { type TicketCondition, ticketConditions } from "../search/ticket-condition.ts";
import type { Vault } from "../vault/vault.ts";
import { readRuleSearch } from "./read-rule-search.ts";
import type { Condition } from "./rule.ts";

/** Which of the tickets a search fits, or why it cannot be asked any more. */
export type Answer = { ok: true; fits: Set<string> } | { ok: false; mistake: QueryMistake };

/** What the searches of some rules say, by what was typed. */
export type Answers = Map<string, Answer>;

/**
 * Asks all searches of some rules about some tickets, in one statement; no statement when no rule has a search. A search
 * that fails is told as a mistake and leaves the transaction of the caller as it was: mail goes on.
 */
export async function askSearches(
  db: Database,
  vault: Vault,
  rules: { conditions: Condition[] }[],
  ticketIds: string[],
): Promise<Answers> {
  const answers: Answers = new Map();
  const searches: Search[] = [];
  for (const typed of searchesOf(rules)) {
    const read = readRuleSearch(typed);
    if (read.ok) searches.push({ typed, query: read.query });
    else answers.set(typed, read);
  }
  for (let from = 0; from < searches.length; from += mostAtOnce) {
    const some = searches.slice(from, from + mostAtOnce);
    for (const [typed, answer] of await askCarefully(db, vault, some, ticketIds)) answers.set(typed, answer);
  }
  return answers;
}

/** Whether a search fits a ticket, by what was answered. One that cannot be asked fits none. */
export function fitsBy(answers: Answers, ticketId: string): (typed: string) => boolean {
  return (typed) => {
    const answer = answers.get(typed);
    return answer?.ok === true && answer.fits.has(ticketId);
  };
}

/** Each search of some rules once. */
export function searchesOf(rules: { conditions: Condition[] }[]): Set<string> {
  const conditions = rules.flatMap((rule) => rule.conditions).filter(({ field }) => field === "search");
  return new Set(conditions.map(({ value }) => value));
}

type Search = { typed: string; query: Query };

/** PostgreSQL takes 65,535 values in one statement, and a search holds some hundred at most. */
const mostAtOnce = 50;

/** When they fail together, each is asked alone, so that one spoils none of the others. */
async function askCarefully(
  db: Database,
  vault: Vault,
  searches: Search[],
  ticketIds: string[],
): Promise<Answers> {
  try {
    return await db.transaction(async (trx) => await askTogether(trx, vault, searches, ticketIds));
  } catch (error) {
    if (passes(error)) throw error;
    const [only, ...others] = searches;
    if (!only) throw error;
    if (others.length === 0) return new Map([[only.typed, { ok: false, mistake: refusedBy(error) }]]);
    const alone: Answers[] = [];
    for (const search of searches) alone.push(await askCarefully(db, vault, [search], ticketIds));
    return new Map(alone.flatMap((answers) => [...answers]));
  }
}

async function askTogether(
  trx: Database,
  vault: Vault,
  searches: Search[],
  ticketIds: string[],
): Promise<Answers> {
  const answers: Answers = new Map();
  // Nobody asks, and no day that depends on today is left in these searches.
  const asker = { staffId: "0", now: new Date() };
  const queries = searches.map(({ query }) => query);
  const conditionOf = await ticketConditions(trx, vault, queries, asker);
  const asked: { typed: string; condition: TicketCondition }[] = [];
  for (const { typed, query } of searches) {
    try {
      asked.push({ typed, condition: conditionOf(query) });
    } catch (error) {
      if (!(error instanceof Mistake)) throw error;
      answers.set(typed, { ok: false, mistake: error.mistake });
    }
  }
  if (asked.length === 0) return answers;

  const conditions = asked.map(({ condition }) => condition);
  const { rows } = await trx.raw<{ rows: { id: string; fits: boolean[] }[] }>(
    `select id, array[${conditions.map(({ sql }) => `(${sql}) is true`).join(", ")}] as fits
     from tickets where id = any(?::bigint[])`,
    [...conditions.flatMap(({ bindings }) => bindings), `{${ticketIds.join(",")}}`],
  );
  for (const [place, { typed, condition }] of asked.entries()) {
    const ids = rows.filter(({ fits }) => fits[place]).map(({ id }) => id);
    answers.set(typed, { ok: true, fits: await confirmed(trx, vault, ids, condition.logPhrases) });
  }
  return answers;
}

async function confirmed(
  trx: Database,
  vault: Vault,
  ids: string[],
  phrases: LogPhrases | null,
): Promise<Set<string>> {
  return phrases ? (await confirmInLogs(trx, vault, ids, phrases)).found : new Set(ids);
}

/** What lies in the moment and not in the search: it passes, and the mail is tried again (SQLSTATE classes). */
function passes(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^(?:08|0A|25|40|53|55|57|58)/.test(String(error.code));
}

function refusedBy(error: unknown): QueryMistake {
  const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
  return { message: `PostgreSQL cannot answer this search${code}: make it simpler`, at: 0, suggestion: null };
}
