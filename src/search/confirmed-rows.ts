import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import type { LogPhrases } from "./compile-query.ts";
import { confirmInLogs } from "./confirm-in-logs.ts";

/** A page of tickets that a search with phrases in logs finds, one more than asked for when there are so many. */
export type ConfirmedRows<Row> = {
  rows: Row[];
  /** Of how many tickets the logs were opened. */
  opened: number;
  /** The last that was looked at, when the page is not full and there may be more; null: all were looked at. */
  goOn: Row | null;
};

/**
 * Phrases are confirmed on the opened logs, in the order of the list, until the page is full or enough were opened. `read`
 * gives the next tickets after one that may be found, at most so many.
 */
export async function confirmedRows<Row extends { id: string }>(
  db: Database,
  vault: Vault,
  phrases: LogPhrases,
  perPage: number,
  read: (after: Row | null, most: number) => Promise<Row[]>,
): Promise<ConfirmedRows<Row>> {
  const rows: Row[] = [];
  let [last, opened]: [Row | null, number] = [null, 0];
  while (rows.length <= perPage && opened < mostOpened) {
    const most = Math.min(Math.max(perPage + 1 - rows.length, fewest), mostOpened - opened);
    const candidates = await read(last, most);
    const ids = candidates.map(({ id }) => id);
    const confirmed = await confirmInLogs(db, vault, ids, phrases);
    opened += confirmed.opened;
    rows.push(...candidates.filter(({ id }) => confirmed.found.has(id)));
    last = candidates.at(-1) ?? null;
    if (candidates.length < most) return { rows, opened, goOn: null };
  }
  return { rows, opened, goOn: rows.length <= perPage ? last : null };
}

/** For something that is done with all of them, page after page. */
export const mostOpenedForAll = 1500;
const fewest = 30;
const mostOpened = 300;
