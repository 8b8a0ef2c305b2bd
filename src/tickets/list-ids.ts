import type { Database } from "../database.ts";
import type { Whole } from "../search/all-found.ts";
import { confirmInLogs } from "../search/confirm-in-logs.ts";
import { mostOpenedForAll } from "../search/confirmed-rows.ts";
import type { Vault } from "../vault/vault.ts";
import { type ListPage, type Placed, readListPage } from "./list-page-rows.ts";
import { filtered, type TicketCursor, type TicketFilter } from "./ticket-filter.ts";

/** The ids of a list in its order, at most so many; with a search, throws `Mistake` when that takes too long. */
export async function listTicketIds(
  db: Database,
  vault: Vault,
  filter: TicketFilter,
  most: number,
): Promise<Whole> {
  const ids: string[] = [];
  let opened = 0;
  let after: TicketCursor | null = null;
  do {
    const page: ListPage<Placed> = await readListPage(
      db,
      vault,
      filter,
      after,
      most - ids.length,
      async (_reader, tickets) => await tickets,
    );
    ids.push(...page.rows.map(({ id }) => id));
    opened += page.opened ?? 0;
    after = page.next;
  } while (after && ids.length < most && opened < mostOpenedForAll);
  return { ids, isMore: after !== null, stoppedAt: after && ids.length < most ? opened : null };
}

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
