import type { Knex } from "knex";
import type { Database } from "../database.ts";
import { confirmedRows } from "../search/confirmed-rows.ts";
import { readNewest } from "../search/newest-windows.ts";
import { searchTransaction } from "../search/search-transaction.ts";
import type { TicketCondition } from "../search/ticket-condition.ts";
import type { Vault } from "../vault/vault.ts";
import { exactMoment } from "../web/paging.ts";
import { filtered, listOrder, orderOf, type TicketCursor, type TicketFilter } from "./ticket-filter.ts";

/** What each row of a list says of its place, beside what `read` wants of it. */
export type Placed = { id: string; cursor_time: string; cursor_rank: number };
/** Reads rows of a list whose tickets are chosen, put in order and cut. */
export type ReadRows<Row extends Placed> = (db: Database, tickets: Knex.QueryBuilder) => Promise<Row[]>;
export type ListPage<Row extends Placed> = {
  rows: Row[];
  next: TicketCursor | null;
  /** Phrases in logs: how many of the tickets that have the words were opened for this page. */
  opened: number | null;
};

/**
 * The rows of one page of a list, and where the next one begins (null: this is the last). Narrowed by a search, what takes
 * too long is given up with a `Mistake`.
 */
export async function readListPage<Row extends Placed>(
  db: Database,
  vault: Vault,
  filter: TicketFilter,
  after: TicketCursor | null,
  perPage: number,
  read: ReadRows<Row>,
): Promise<ListPage<Row>> {
  const { cursor } = orderOf(filter);
  const { search } = filter;
  const page = search
    ? await searchTransaction(db, (trx) => foundPage(trx, vault, { filter, search, after, perPage, read }))
    : { rows: await read(db, cut(db, filter, after, perPage + 1)), goOn: null, opened: null };
  const rows = page.rows.slice(0, perPage);
  const last = page.rows.length > perPage ? rows.at(-1) : page.goOn;
  return { rows, next: last ? cursor(last) : null, opened: page.opened };
}

type Found<Row extends Placed> = {
  filter: TicketFilter;
  search: TicketCondition;
  after: TicketCursor | null;
  perPage: number;
  read: ReadRows<Row>;
};

async function foundPage<Row extends Placed>(trx: Database, vault: Vault, found: Found<Row>) {
  const { filter, search, after, perPage } = found;
  const { cursor } = orderOf(filter);
  if (!search.logPhrases) {
    return { rows: await foundRows(trx, found, after, perPage + 1), goOn: null, opened: null };
  }
  return await confirmedRows(trx, vault, search.logPhrases, perPage, (last: Row | null, most) =>
    foundRows(trx, found, last ? cursor(last) : after, most),
  );
}

/**
 * A short list is read in its order, and each ticket is asked for the words. A long one would be read to its end when the
 * words are rare: there the index of words leads, in the newest months first.
 */
async function foundRows<Row extends Placed>(
  trx: Database,
  { filter, search, read }: Found<Row>,
  after: TicketCursor | null,
  most: number,
): Promise<Row[]> {
  const list = () => cut(trx, filter, after, most);
  if (!search.words || !isLong(filter)) {
    return await read(trx, list().whereRaw(search.sql, search.bindings));
  }
  const withWords = (words: string) =>
    read(
      trx,
      list()
        .whereRaw("tickets.id = any(array(select ticket_id from search_tickets where words @@ ?::tsquery))", [
          words,
        ])
        .whereRaw(search.rest.sql, search.rest.bindings),
    );
  if (listOrder(filter) !== "message") return await withWords(search.words);
  return await readNewest(trx, search.words, after && new Date(after.time), most, withWords);
}

/** What is resolved, spam, or anything at all grows for years; the rest has an end, and so have tags, versions and workarounds. */
function isLong({ status, tagIds, priority, version, withWorkaround }: TicketFilter): boolean {
  const narrowed =
    (tagIds && tagIds.length > 0) || (priority && priority !== "normal") || version || withWorkaround;
  return ["any", "resolved", "spam"].includes(status) && !narrowed;
}

function cut(
  db: Database,
  filter: TicketFilter,
  after: TicketCursor | null,
  most: number,
): Knex.QueryBuilder {
  const order = orderOf(filter);
  const tickets = filtered(db, filter)
    .select(
      "tickets.*",
      db.raw("? as cursor_time, priority_rank(priority) as cursor_rank", [exactMoment(db, order.time)]),
    )
    .orderByRaw(order.by)
    .limit(most);
  if (after) tickets.whereRaw(...order.after(after));
  return tickets;
}
