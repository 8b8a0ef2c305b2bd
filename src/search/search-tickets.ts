import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { exactMoment } from "../web/paging.ts";
import { type Compiled, compileQuery } from "./compile-query.ts";
import { confirmedRows } from "./confirmed-rows.ts";
import { countNewest, type Facets, sample } from "./count-found.ts";
import type { Asker } from "./field-sql.ts";
import { type Condition, matchingSql } from "./matching-sql.ts";
import { isFull, lookFromEnd, sizesFor } from "./newest-windows.ts";
import type { Place } from "./page-place.ts";
import type { Query, QueryMistake, Sort } from "./query.ts";
import { orMistake } from "./query-mistake.ts";
import { searchTransaction } from "./search-transaction.ts";

export type FoundPage = {
  ok: true;
  /** In the order asked for. */
  ids: string[];
  next: Place | null;
  /** At most `mostCounted`; `isMore`: there are more than that. */
  hits: number;
  isMore: boolean;
  /** All would have taken too long: only tickets written to since then were counted. */
  countedSince: Date | null;
  facets: Facets;
  /** Of how many of the newest: of all that are counted, or of some when there are more. */
  faced: number;
  /** Phrases in logs that are not yet looked for everywhere: some of these may not be found in the end. */
  isAtMost: boolean;
  /** Phrases in logs: of how many tickets the logs were opened for this page. */
  opened: number | null;
  lexemes: string[];
};
export type Found = FoundPage | { ok: false; mistake: QueryMistake };

export const foundPerPage = 50;
export const mostCounted = 10_000;

/**
 * One page of the tickets that a search finds, how many there are and what they have in common. What takes longer than
 * some seconds is given up with a mistake that says so.
 */
export async function searchTickets(
  db: Database,
  vault: Vault,
  query: Query,
  options: { asker: Asker } & Options,
): Promise<Found> {
  const found = await orMistake(findPage(db, vault, query, options));
  return found.ok ? found.value : found;
}

/** The same; throws the `Mistake`. */
export async function findPage(
  db: Database,
  vault: Vault,
  query: Query,
  options: { asker: Asker } & Options,
): Promise<FoundPage> {
  const compiled = await compileQuery(db, vault, query, options.asker);
  return await searchTransaction(db, (trx) => readPage(trx, vault, compiled, query.sort, options));
}

/**
 * How many tickets a search finds, up to 1,001; null when that cannot be said in time. Logs are not opened for it: with a
 * phrase in logs it is how many there are at most, and null above that.
 */
export async function countTickets(
  db: Database,
  vault: Vault,
  query: Query,
  asker: Asker,
): Promise<{ hits: number; isAtMost: boolean } | null> {
  const found = await searchTickets(db, vault, query, { asker, perPage: 0, mostCounted: 1000 });
  if (!found.ok || (found.isAtMost && found.isMore) || (found.countedSince && !found.isMore)) return null;
  return { hits: found.hits + (found.isMore ? 1 : 0), isAtMost: found.isAtMost };
}

type Options = {
  after?: Place | null;
  perPage?: number;
  mostCounted?: number;
  /** What would take longer, in milliseconds, is looked for in some months alone; `next` goes on from there. */
  bearable?: number;
};

async function readPage(
  trx: Database,
  vault: Vault,
  compiled: Compiled,
  sort: Sort,
  { after: asked = null, perPage = foundPerPage, mostCounted: most = mostCounted, bearable = 3000 }: Options,
): Promise<FoundPage> {
  // What has no words has no rank either; a place is a rank or a moment.
  const order = sort === "relevance" && !compiled.ranked ? "newest" : sort;
  const after = asked && asked.value.includes("T") === (order !== "relevance") ? asked : null;
  // The newest stand in what is counted anyway.
  const isFirst = order === "newest" && !after && !compiled.logPhrases && perPage <= most;
  const first = isFirst
    ? await countNewest(trx, compiled, { most, first: perPage && perPage + 1, bearable })
    : null;
  const page = first
    ? { ...all(first.value.newest), goOn: placeOf(first.upTo, order) }
    : await rowsOf(trx, vault, compiled, order, after, { perPage, bearable });
  const shown = page.rows.slice(0, perPage);
  const last = shown.at(-1);
  const next = page.rows.length > perPage && last ? { value: last.value, id: last.id } : page.goOn;
  // All that has the words was looked at for this page: no more are there.
  const isAll = page.opened !== null && !after && !next;
  const { value: counted, upTo } =
    first ?? (await countNewest(trx, isAll ? only(shown) : compiled, { most, first: 0, bearable }));
  return {
    ok: true,
    ids: shown.map(({ id }) => id),
    next,
    hits: Math.min(counted.hits, most),
    isMore: counted.hits > most,
    countedSince: upTo,
    isAtMost: compiled.logPhrases !== null && !isAll,
    facets: counted.facets,
    faced: counted.hits > most ? sample : counted.hits,
    opened: page.opened,
    lexemes: compiled.lexemes,
  };
}

type Rows = { rows: Place[]; goOn: Place | null; opened: number | null };
const all = (rows: Place[]): Rows => ({ rows, goOn: null, opened: null });

async function rowsOf(
  trx: Database,
  vault: Vault,
  compiled: Compiled,
  sort: Sort,
  after: Place | null,
  { perPage, bearable }: { perPage: number; bearable: number },
): Promise<Rows> {
  if (perPage === 0) return all([]);
  const { logPhrases } = compiled;
  if (!logPhrases) return await pageOf(trx, compiled, sort, after, perPage + 1, bearable);
  const next = async (last: Place | null, atMost: number) =>
    (await pageOf(trx, compiled, sort, last ?? after, atMost)).rows;
  return await confirmedRows(trx, vault, logPhrases, perPage, next);
}

function only(rows: Place[]): Condition {
  const ids = `{${rows.map(({ id }) => id).join(",")}}`;
  return { words: null, conditions: [{ sql: "tickets.id = any(?::bigint[])", bindings: [ids] }] };
}

async function pageOf(
  trx: Database,
  compiled: Compiled,
  sort: Sort,
  after: Place | null,
  most: number,
  bearable = Number.POSITIVE_INFINITY,
): Promise<Rows> {
  if (sort === "relevance" && compiled.ranked) {
    return all(await rankedPage(trx, compiled, compiled.ranked, after, most, bearable));
  }
  const isOldest = sort === "oldest";
  const direction = isOldest ? "asc" : "desc";
  const read = async (words: string | null): Promise<Place[]> => {
    const matching = matchingSql({ ...compiled, words }, after, { isOldest });
    // Written as text after the cut: for ten thousands of rows that costs more than finding them.
    const result = await trx.raw<{ rows: Place[] }>(
      `select id::text, ? as value
       from (select * from (${matching.sql}) found order by last_message_at ${direction}, found.id ${direction} limit ?) page
       order by last_message_at ${direction}, page.id ${direction}`,
      [exactMoment(trx, "last_message_at"), ...matching.bindings, most],
    );
    return result.rows;
  };
  if (!compiled.words) return all(await read(null));
  const end = isOldest ? "oldest" : "newest";
  const asked = { end, from: after && new Date(after.value), sizes: sizesFor(most), bearable } as const;
  const { value, upTo } = await lookFromEnd(trx, compiled.words, asked, read, isFull(most));
  return { ...all(value), goOn: placeOf(upTo, sort) };
}

/** Where the months that were looked at end, as a place of this order. */
function placeOf(edge: Date | null, sort: Sort): Place | null {
  if (!edge) return null;
  if (sort !== "oldest") return { value: edge.toISOString().replace("Z", "000Z"), id: "1" };
  return { value: new Date(edge.getTime() - 1).toISOString().replace("Z", "999Z"), id: lastId };
}

const lastId = "9223372036854775807";

async function rankedPage(
  trx: Database,
  compiled: Compiled,
  words: string,
  after: Place | null,
  most: number,
  bearable: number,
): Promise<Place[]> {
  const { rows: newest } = await pageOf(trx, compiled, "newest", null, mostCounted, bearable);
  const result = await trx.raw<{ rows: Place[] }>(
    `select id::text, rank::text as value from (
       select ticket_id as id, ts_rank(words, ?::tsquery) as rank from search_tickets where ticket_id = any(?::bigint[])) ranked
     where ?::boolean or (rank, id) < (?::float4, ?::bigint)
     order by rank desc, id desc limit ?`,
    [
      words,
      `{${newest.map(({ id }) => id).join(",")}}`,
      after === null,
      after?.value ?? 0,
      after?.id ?? 0,
      most,
    ],
  );
  return result.rows;
}
