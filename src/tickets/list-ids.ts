import type { Database } from "../database.ts";
import { readWhole, type Whole } from "../search/all-found.ts";
import { confirmInLogs } from "../search/confirm-in-logs.ts";
import type { Vault } from "../vault/vault.ts";
import { type Placed, type ReadRows, readListPage } from "./list-page-rows.ts";
import { filtered, type TicketCursor, type TicketFilter } from "./ticket-filter.ts";

/** The ids of a list in its order, at most so many; with a search, throws `Mistake` when that takes too long. */
export async function listTicketIds(
  db: Database,
  vault: Vault,
  filter: TicketFilter,
  most: number,
): Promise<Whole> {
  return await readWhole<TicketCursor>(most, async (after, perPage) => {
    const page = await readListPage(db, vault, filter, after, perPage, idsAndPlaces);
    return { ...page, ids: page.rows.map(({ id }) => id) };
  });
}

const idsAndPlaces: ReadRows<Placed> = async (_db, tickets) => await tickets;

/** Those of these tickets that the list still holds, locked until the transaction ends. */
export async function stillListed(
  trx: Database,
  vault: Vault,
  filter: TicketFilter,
  ids: string[],
): Promise<string[]> {
  const tickets = filtered(trx, filter).whereIn("tickets.id", ids).orderBy("tickets.id").forUpdate("tickets");
  const { search } = filter;
  if (search) tickets.whereRaw(search.sql, search.bindings);
  const still: string[] = await tickets.pluck("tickets.id");
  if (!search?.logPhrases) return still;
  const { found } = await confirmInLogs(trx, vault, still, search.logPhrases);
  return still.filter((id) => found.has(id));
}
