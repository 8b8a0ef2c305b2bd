import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { mostOpenedForAll } from "./confirmed-rows.ts";
import type { Asker } from "./field-sql.ts";
import type { Place } from "./page-place.ts";
import type { Query, QueryMistake } from "./query.ts";
import { searchTickets } from "./search-tickets.ts";

/** What is done with all of a list or of a search is done with these. */
export type Whole = {
  /** In its order. */
  ids: string[];
  isMore: boolean;
  /** A phrase in logs: so many tickets were opened for it, and then it was enough; null: all that had to be. */
  stoppedAt: number | null;
};

/** What a search finds, not only a page of it, at most so many. */
export async function allFound(
  db: Database,
  vault: Vault,
  query: Query,
  asker: Asker,
  most: number,
): Promise<({ ok: true } & Whole) | { ok: false; mistake: QueryMistake }> {
  const ids: string[] = [];
  let opened = 0;
  let after: Place | null = null;
  do {
    const options = { asker, after, perPage: most - ids.length, mostCounted: 1 };
    const found = await searchTickets(db, vault, query, options);
    if (!found.ok) return found;
    ids.push(...found.ids);
    opened += found.opened ?? 0;
    after = found.next;
  } while (after && ids.length < most && opened < mostOpenedForAll);
  return { ok: true, ids, isMore: after !== null, stoppedAt: after && ids.length < most ? opened : null };
}
