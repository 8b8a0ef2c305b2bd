import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { confirmInLogs } from "./confirm-in-logs.ts";

/** A page of tickets in whose logs each phrase stands, one more than asked for when there are so many. */
export type ConfirmedRows<Row> = {
  rows: Row[];
  /** How many tickets with the words were opened. */
  opened: number;
  /** The last that was opened, when the page is not full and there may be more; null: all were opened. */
  goOn: Row | null;
};

/**
 * Phrases are confirmed on the opened logs, ticket by ticket in the order of the list, until the page is full or enough
 * were opened. `read` gives the next tickets after one, at most so many.
 */
export async function confirmedRows<Row extends { id: string }>(
  db: Database,
  vault: Vault,
  phrases: string[],
  perPage: number,
  read: (after: Row | null, most: number) => Promise<Row[]>,
): Promise<ConfirmedRows<Row>> {
  const rows: Row[] = [];
  let [last, opened]: [Row | null, number] = [null, 0];
  while (rows.length <= perPage && opened < mostOpened) {
    const candidates = await read(last, openedAtOnce);
    const ids = candidates.map(({ id }) => id);
    const confirmed = await confirmInLogs(db, vault, ids, phrases);
    opened += candidates.length;
    rows.push(...candidates.filter(({ id }) => confirmed.has(id)));
    last = candidates.at(-1) ?? null;
    if (candidates.length < openedAtOnce) return { rows, opened, goOn: null };
  }
  return { rows, opened, goOn: rows.length <= perPage ? last : null };
}

/** For something that is done with all of them, page after page. */
export const mostOpenedForAll = 1500;
const openedAtOnce = 30;
const mostOpened = 300;
