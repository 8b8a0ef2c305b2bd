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
 * themselves. One statement for few; up to three for many. In the newest months alone where all would take too long.
 */
export async function countNewest(
  trx: Database,
  condition: Condition,
  { most, first, bearable }: { most: number; first: number; bearable: number },
): Promise<Looked<Counted>> {
  const { words: asked } = condition;
  if (!asked) return { value: await countRows(trx, condition, most, first), upTo: null };
  const read = (words: string) => keepNewest(trx, { ...condition, words }, { kept: most + 1, most, first });
  const sizes = [most * 4, most * 16];
  return await lookFromEnd(trx, asked, { end: "newest", from: null, sizes, bearable }, read, ({ hits }) =>
    hits > most ? "enough" : hits < most / 8 ? "few" : "more",
  );
}

/** Where no words lead, finding tickets costs little, and keeping many of them much: those after the newest are only counted. */
async function countRows(trx: Database, condition: Condition, most: number, first: number): Promise<Counted> {
  const kept = Math.max(Math.min(sample, most + 1), first);
  const newest = await keepNewest(trx, condition, { kept, most, first });
  if (!newest.last || newest.hits > most) return newest;
  const others = await countAfter(trx, condition, newest.last, most + 1 - newest.hits);
  const hits = newest.hits + others;
  if (others === 0 || hits > most) return { ...newest, hits };
  return await keepNewest(trx, condition, { kept: most + 1, most, first });
}

async function countAfter(trx: Database, condition: Condition, after: Place, most: number): Promise<number> {
  const matching = matchingSql(condition, after);
  const result = await trx.raw<{ rows: { hits: string }[] }>(
    `select count(*) as hits from (
       select from (${matching.sql}) each order by last_message_at desc, each.id desc limit ?) each`,
    [...matching.bindings, most],
  );
  return Number(result.rows[0]?.hits);
}

const facts = ["status", "queue_id", "tails_version", "issue_number"];

/**
 * The newest `kept` as if there were no others; facets of fewer where more are kept than are counted. `last`: the last of so
 * many; null: there are fewer.
 */
async function keepNewest(
  trx: Database,
  condition: Condition,
  { kept, most, first }: { kept: number; most: number; first: number },
): Promise<Counted & { last: Place | null }> {
  const matching = matchingSql(condition, null, { beside: facts });
  const faced =
    kept > most
      ? {
          name: "faced",
          sql: `faced as materialized (select * from found order by last_message_at desc, id desc
            limit (select case when count(*) > ? then ? else count(*) end from found)),`,
          bindings: [most, sample],
        }
      : { name: "found", sql: "", bindings: [] };
  // By a list of ids PostgreSQL looks these tickets up in one walk of the index; joined it would rather read all of a million.
  const newest = matching.hasBeside
    ? `select * from ${faced.name}`
    : `select id, ${facts.join(", ")} from tickets where id = any (array(select id from ${faced.name}))`;
  const places = `select id, ? as value from (
    select id, last_message_at from found order by last_message_at desc, id desc limit ? offset ?) each`;
  const moment = exactMoment(trx, "last_message_at");
  const result = await trx.raw<{ rows: Row[] }>(
    `with found as materialized (
       select * from (${matching.sql}) each order by last_message_at desc, each.id desc limit ?),
     ${faced.sql}
     grouped as (
       select status, (select name from queues where queues.id = queue_id) as queue, tails_version as tails,
         issue_number::text as issue, tickets
       from (select ${facts.join(", ")}, count(*) as tickets from (${newest}) newest group by ${facts.join(", ")}) each),
     tagged as (
       select tag_id, count(*) as tickets from ticket_tags where ticket_id = any (array(select id from ${faced.name}))
       group by 1 order by 2 desc, 1 limit ${mostFacets})
     select (select count(*) from found) as hits,
       (select json_agg(json_build_object('id', id::text, 'value', value)) from (${places}) page) as newest,
       (select json_build_object('id', id::text, 'value', value) from (${places}) last) as last,
       (select json_agg(grouped) from grouped) as groups,
       (select json_agg(each) from (
          select name as value, tickets from tagged join tags on tags.id = tag_id order by tickets desc, 1) each) as tags`,
    [...matching.bindings, kept, ...faced.bindings, moment, first, 0, moment, 1, kept - 1],
  );
  const row = result.rows[0];
  if (!row) throw new Error("The count came back empty");
  const of = (fact: keyof Facts) => commonest(row.groups ?? [], fact);
  return {
    hits: Number(row.hits),
    facets: {
      status: of("status"),
      queue: of("queue"),
      tails: of("tails"),
      tag: row.tags ?? [],
      issue: of("issue"),
    },
    newest: row.newest ?? [],
    last: row.last,
  };
}

type Facts = { status: string; queue: string; tails: string | null; issue: string | null };
type Group = Facts & { tickets: number };
type Row = {
  hits: string;
  newest: Place[] | null;
  last: Place | null;
  groups: Group[] | null;
  tags: Facet[] | null;
};

/** The values that most of them have. */
function commonest(groups: Group[], fact: keyof Facts): Facet[] {
  const counts = new Map<string, number>();
  for (const { [fact]: value, tickets } of groups)
    if (value !== null) counts.set(value, (counts.get(value) ?? 0) + tickets);
  return [...counts]
    .map(([value, tickets]) => ({ value, tickets }))
    .toSorted((one, other) => other.tickets - one.tickets || (one.value < other.value ? -1 : 1))
    .slice(0, mostFacets);
}

const mostFacets = 12;
/** Of more tickets than are counted so many of the newest say what they have in common. */
export const sample = 1_000;
