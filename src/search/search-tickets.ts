import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { exactMoment } from "../web/paging.ts";
import { type Compiled, compileQuery } from "./compile-query.ts";
import { confirmedRows } from "./confirmed-rows.ts";
import type { Asker, Sql } from "./field-sql.ts";
import { newestWindows, readNewest, readOldest } from "./newest-windows.ts";
import type { Query, QueryMistake, Sort } from "./query.ts";
import { orMistake } from "./query-mistake.ts";
import { searchTransaction } from "./search-transaction.ts";

/** Where a page ends: the moment (in microseconds, as text) or the rank of its last ticket, and its id. */
export type Place = { value: string; id: string };

/** How many tickets have one value; `value` is what stands in the search for it. */
export type Facet = { value: string; tickets: number };
export type Facets = Record<"status" | "queue" | "tails" | "tag" | "issue", Facet[]>;

export type Found =
  | {
      ok: true;
      /** In the order asked for. */
      ids: string[];
      next: Place | null;
      /** At most `mostCounted`; `isMore`: there are more than that. */
      hits: number;
      isMore: boolean;
      /** Of the newest `mostCounted`. */
      facets: Facets;
      /** Phrases in logs that are not yet looked for everywhere: some of these may not be found in the end. */
      isAtMost: boolean;
      /** Phrases in logs: of how many tickets the logs were opened for this page. */
      opened: number | null;
      lexemes: string[];
    }
  | { ok: false; mistake: QueryMistake };

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

async function findPage(
  db: Database,
  vault: Vault,
  query: Query,
  options: { asker: Asker } & Options,
): Promise<Found> {
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
  if (!found.ok || (found.isAtMost && found.isMore)) return null;
  return { hits: found.hits + (found.isMore ? 1 : 0), isAtMost: found.isAtMost };
}

type Options = { after?: Place | null; perPage?: number; mostCounted?: number };

async function readPage(
  trx: Database,
  vault: Vault,
  compiled: Compiled,
  sort: Sort,
  { after: asked = null, perPage = foundPerPage, mostCounted: most = mostCounted }: Options,
): Promise<Found> {
  // What has no words has no rank either; a place is a rank or a moment.
  const order = sort === "relevance" && !compiled.ranked ? "newest" : sort;
  const after = asked && asked.value.includes("T") === (order !== "relevance") ? asked : null;
  const read = (place: Place | null, atMost: number) => pageOf(trx, compiled, order, place, atMost);
  const page: { rows: Row[]; goOn: Place | null; opened: number | null } =
    perPage === 0
      ? { rows: [], goOn: null, opened: null }
      : compiled.logPhrases
        ? await confirmedRows(trx, vault, compiled.logPhrases, perPage, (last, atMost) =>
            read(last ?? after, atMost),
          )
        : { rows: await read(after, perPage + 1), goOn: null, opened: null };
  const shown = page.rows.slice(0, perPage);
  const last = shown.at(-1);
  const next = page.rows.length > perPage && last ? { value: last.value, id: last.id } : page.goOn;
  // All that has the words was looked at for this page: no more are there.
  const isAll = page.opened !== null && !after && !next;
  const counted = await countNewest(trx, isAll ? only(shown) : compiled, most);
  return {
    ok: true,
    ids: shown.map(({ id }) => id),
    next,
    hits: Math.min(counted.hits, most),
    isMore: counted.hits > most,
    isAtMost: compiled.logPhrases !== null && !isAll,
    facets: counted.facets,
    opened: page.opened,
    lexemes: compiled.lexemes,
  };
}

type Row = { id: string; value: string };
type Condition = Pick<Compiled, "words" | "conditions">;

function only(rows: Row[]): Condition {
  const ids = `{${rows.map(({ id }) => id).join(",")}}`;
  return { words: null, conditions: [{ sql: "tickets.id = any(?::bigint[])", bindings: [ids] }] };
}

async function pageOf(
  trx: Database,
  compiled: Compiled,
  sort: Sort,
  after: Place | null,
  most: number,
): Promise<Row[]> {
  if (sort === "relevance" && compiled.ranked) {
    return await rankedPage(trx, compiled, compiled.ranked, after, most);
  }
  const isOldest = sort === "oldest";
  const direction = isOldest ? "asc" : "desc";
  const read = async (words: string | null): Promise<Row[]> => {
    const matching = matchingSql({ ...compiled, words }, after, isOldest);
    // Written as text after the cut: for ten thousands of rows that costs more than finding them.
    const result = await trx.raw<{ rows: Row[] }>(
      `select id::text, ? as value
       from (select * from (${matching.sql}) found order by last_message_at ${direction}, found.id ${direction} limit ?) page
       order by last_message_at ${direction}, page.id ${direction}`,
      [exactMoment(trx, "last_message_at"), ...matching.bindings, most],
    );
    return result.rows;
  };
  if (!compiled.words) return await read(null);
  const from = after ? new Date(after.value) : null;
  return await (isOldest ? readOldest : readNewest)(trx, compiled.words, from, most, read);
}

async function rankedPage(
  trx: Database,
  compiled: Compiled,
  words: string,
  after: Place | null,
  most: number,
): Promise<Row[]> {
  const newest = await pageOf(trx, compiled, "newest", null, mostCounted);
  const result = await trx.raw<{ rows: Row[] }>(
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

/** Ids and moments of what matches, from a place on. */
function matchingSql({ words, conditions }: Condition, after: Place | null, isOldest = false): Sql {
  const beyond = (moment: string, id: string): Sql[] =>
    after
      ? [
          {
            sql: `(${moment}, ${id}) ${isOldest ? ">" : "<"} (?::timestamptz, ?::bigint)`,
            bindings: [after.value, after.id],
          },
        ]
      : [];
  const all = (parts: Sql[]) => ({
    sql: parts.map(({ sql }) => `(${sql})`).join(" and "),
    bindings: parts.flatMap(({ bindings }) => bindings),
  });
  if (!words) {
    const where = all([
      { sql: "tickets.merged_into is null", bindings: [] },
      ...conditions,
      ...beyond("tickets.last_message_at", "tickets.id"),
    ]);
    return { ...where, sql: `select id, last_message_at from tickets where ${where.sql}` };
  }
  const where = all([
    { sql: "words @@ ?::tsquery", bindings: [words] },
    // A merged ticket may still have a workaround of its own.
    {
      sql: "not exists (select from tickets gone where gone.id = ticket_id and gone.merged_into is not null)",
      bindings: [],
    },
    ...beyond("last_message_at", "ticket_id"),
  ]);
  const matching = `select ticket_id as id, last_message_at from search_tickets where ${where.sql}`;
  if (conditions.length === 0) return { ...where, sql: matching };
  const rest = all(conditions);
  return {
    // The index is followed first; walking the tickets and opening the document of each would be far slower.
    sql: `with matching as materialized (${matching})
      select tickets.id, tickets.last_message_at from matching join tickets on tickets.id = matching.id where ${rest.sql}`,
    bindings: [...where.bindings, ...rest.bindings],
  };
}

type Counted = { hits: number; facets: Facets };

/** How many there are, up to one more than are counted, and what the newest of them have in common. */
async function countNewest(trx: Database, compiled: Condition, most: number): Promise<Counted> {
  if (!compiled.words) return await countIn(trx, compiled, most);
  for (const months of await newestWindows(trx, null, [most * 4, most * 16])) {
    const counted = await countIn(trx, { ...compiled, words: `(${compiled.words}) & ${months}` }, most);
    if (counted.hits > most) return counted;
    if (counted.hits < most / 8) break;
  }
  return await countIn(trx, compiled, most);
}

// "offset 0" makes PostgreSQL look these tickets up one by one: it would rather read all of a million.
async function countIn(trx: Database, compiled: Condition, most: number): Promise<Counted> {
  const matching = matchingSql(compiled, null);
  const result = await trx.raw<{ rows: { hits: string; facets: Facets }[] }>(
    `with found as materialized (
       select * from (${matching.sql}) each order by last_message_at desc, each.id desc limit ?),
     newest as materialized (
       select each.* from found cross join lateral (
         select id, status, queue_id, tails_version, issue_number from tickets where tickets.id = found.id offset 0) each),
     tagged as (
       select tag_id, count(*) from ticket_tags where ticket_id in (select id from newest)
       group by 1 order by 2 desc limit ${mostFacets})
     select (select count(*) from found) as hits, json_build_object(
       'status', (select json_agg(json_build_object('value', status, 'tickets', count)) from (
          select status, count(*) from newest group by 1 order by 2 desc) each),
       'queue', (select json_agg(json_build_object('value', name, 'tickets', count)) from (
          select queues.name, count(*) from newest join queues on queues.id = queue_id group by 1 order by 2 desc
          limit ${mostFacets}) each),
       'tails', (select json_agg(json_build_object('value', tails_version, 'tickets', count)) from (
          select tails_version, count(*) from newest where tails_version is not null group by 1 order by 2 desc
          limit ${mostFacets}) each),
       'tag', (select json_agg(json_build_object('value', name, 'tickets', count)) from (
          select name, count from tagged join tags on tags.id = tag_id order by count desc) each),
       'issue', (select json_agg(json_build_object('value', issue_number::text, 'tickets', count)) from (
          select issue_number, count(*) from newest where issue_number is not null group by 1 order by 2 desc
          limit ${mostFacets}) each)) as facets`,
    [...matching.bindings, most + 1],
  );
  const row = result.rows[0];
  if (!row) throw new Error("The count came back empty");
  const facets = Object.fromEntries(Object.entries(row.facets).map(([name, list]) => [name, list ?? []]));
  return { hits: Number(row.hits), facets: facets as Facets };
}

const mostFacets = 12;
