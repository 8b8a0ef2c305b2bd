import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import type { Asker } from "./field-sql.ts";
import { readQuery } from "./read-query.ts";
import { listSavedSearches, type SavedSearch } from "./saved-searches.ts";
import { countTickets } from "./search-tickets.ts";

export type CountedSearch = SavedSearch & { hits: number | null; isAtMost: boolean };

/**
 * The searches that somebody keeps, each with how many tickets it finds (1,001: more than a thousand; null: the search
 * is no longer understood, or takes too long); at most so many when a phrase in logs would still have to be looked for. So
 * many are counted; the others stand on the page of the search.
 */
export async function countSaved(
  db: Database,
  vault: Vault,
  asker: Asker,
  most: number,
): Promise<CountedSearch[]> {
  const saved = (await listSavedSearches(db, vault, asker.staffId)).slice(0, most);
  const counted: CountedSearch[] = [];
  for (const search of saved) {
    const read = readQuery(search.typed);
    const tickets = read.ok ? await countTickets(db, vault, read.query, asker) : null;
    counted.push({ ...search, hits: null, isAtMost: false, ...tickets });
  }
  return counted;
}
