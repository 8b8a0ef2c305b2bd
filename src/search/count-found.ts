import type { Database } from "../database.ts";
import { exactMoment } from "../web/paging.ts";
import { type Condition, matchingSql } from "./matching-sql.ts";
import { type Looked, lookFromEnd } from "./newest-windows.ts";
import type { Place } from "./page-place.ts";

/** How many tickets have one value; `value` is what stands in the search for it. */
export type Facet = { value: string; tickets: number };
export type Facets = Record<"status" | "queue" | "tails" | "tag" | "issue", Facet[]>;

/** `hits`: at most one more than was to be counted. `newest`: the first of them, in the order of the page. */
export type Counted = { hits: number; facets: Facets; newest: Place[] };

/**
 * How many tickets there are, up to one more than `most`, what the newest of them have in common, and the newest `first`
 * themselves. One statement; up to three for a frequent word. In the newest months alone where all would take too long.
 */
export async function countNewest(
  trx: Database,
  condition: Condition,
  { most, first, bearable }: { most: number; first: number; bearable: number },
): Promise<Looked<Counted>> {
  const { words: asked } = condition;
  if (!asked) return { value: await countIn(trx, condition, most, first), upTo: null };
  const read = (words: string) => countIn(trx, { ...condition, words }, most, first);
  const sizes = [most * 4, most * 16];
  return await lookFromEnd(trx, asked, { end: "newest", from: null, sizes, bearable }, read, ({ hits }) =>
    hits > most ? "enough" : hits < most / 8 ? "few" : "more",
  );
}

const facts = ["status", "queue_id", "tails_version", "issue_number"];

async function countIn(trx: Database, condition: Condition, most: number, first: number): Promise<Counted> {
  const matching = matchingSql(condition, null, { beside: facts });
  const ordered = `select * from (${matching.sql}) each order by last_message_at desc, each.id desc`;
  // Many cost more to keep than to walk past twice; but where words lead, finding them costs most.
  const looked = condition.words
    ? {
        sql: `found as materialized (${ordered} limit ?), counted as (select count(*) as hits from found)`,
        bindings: [...matching.bindings, most + 1],
      }
    : {
        sql: `counted as materialized (
          select count(*) as hits from (
            select from (${matchingSql(condition, null).sql}) each order by last_message_at desc, each.id desc limit ?) each),
          found as materialized (${ordered} limit (select case when hits > ? then ? else hits end from counted))`,
        bindings: [...matching.bindings, most + 1, ...matching.bindings, most, Math.max(sample, first)],
      };
  // By a list of ids PostgreSQL looks these tickets up in one walk of the index; joined it would rather read all of a million.
  const facing = `select * from found order by last_message_at desc, id desc
    limit (select case when hits > ? then ? else hits end from counted)`;
  const newest = matching.hasBeside
    ? "select * from faced"
    : `select id, ${facts.join(", ")} from tickets where id = any (array(select id from faced))`;
  const result = await trx.raw<{ rows: { hits: string; facets: Facets; newest: Place[] | null }[] }>(
    `with ${looked.sql},
     faced as materialized (${facing}),
     grouped as materialized (
       select ${facts.join(", ")}, count(*) as tickets from (${newest}) newest group by ${facts.join(", ")}),
     tagged as (
       select tag_id, count(*) as tickets from ticket_tags where ticket_id = any (array(select id from faced))
       group by 1 order by 2 desc, 1 limit ${mostFacets})
     select (select hits from counted),
       (select json_agg(json_build_object('id', id::text, 'value', value)) from (
          select id, ? as value from (
            select id, last_message_at from found order by last_message_at desc, id desc limit ?) each) page) as newest,
       json_build_object(
       'status', (select json_agg(each) from (
          select status as value, sum(tickets) as tickets from grouped group by 1 order by 2 desc, 1) each),
       'queue', (select json_agg(each) from (
          select queues.name as value, sum(tickets) as tickets from grouped join queues on queues.id = queue_id
          group by 1 order by 2 desc, 1 limit ${mostFacets}) each),
       'tails', (select json_agg(each) from (
          select tails_version as value, sum(tickets) as tickets from grouped where tails_version is not null
          group by 1 order by 2 desc, 1 limit ${mostFacets}) each),
       'tag', (select json_agg(each) from (
          select name as value, tickets from tagged join tags on tags.id = tag_id order by tickets desc, 1) each),
       'issue', (select json_agg(each) from (
          select issue_number::text as value, sum(tickets) as tickets from grouped where issue_number is not null
          group by 1 order by 2 desc, 1 limit ${mostFacets}) each)) as facets`,
    [...looked.bindings, most, sample, exactMoment(trx, "last_message_at"), first],
  );
  const row = result.rows[0];
  if (!row) throw new Error("The count came back empty");
  const facets = Object.fromEntries(Object.entries(row.facets).map(([name, list]) => [name, list ?? []]));
  return { hits: Number(row.hits), facets: facets as Facets, newest: row.newest ?? [] };
}

const mostFacets = 12;
/** Of more tickets than are counted so many of the newest say what they have in common. */
export const sample = 2_000;
