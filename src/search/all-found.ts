import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { mostOpenedForAll } from "./confirmed-rows.ts";
import type { Asker } from "./field-sql.ts";
import type { Place } from "./page-place.ts";
import type { Query, QueryMistake } from "./query.ts";
import { orMistake } from "./query-mistake.ts";
import { findPage } from "./search-tickets.ts";

/** What is done with all of a list or of a search is done with these. */
export type Whole = {
  /** In its order. */
  ids: string[];
  isMore: boolean;
  /** A phrase in logs: so many tickets were opened for it, and then it was enough; null: all that had to be. */
  stoppedAt: number | null;
};

/** Reads page after page until there are so many, or until enough logs were opened. `read` takes where it goes on. */
export async function readWhole<After>(
  most: number,
  read: (
    after: After | null,
    most: number,
  ) => Promise<{ ids: string[]; next: After | null; opened: number | null }>,
): Promise<Whole> {
  const ids: string[] = [];
  let opened = 0;
  let after: After | null = null;
  do {
    const page = await read(after, most - ids.length);
    ids.push(...page.ids);
    opened += page.opened ?? 0;
    after = page.next;
  } while (after && ids.length < most && opened < mostOpenedForAll);
  return { ids, isMore: after !== null, stoppedAt: after && ids.length < most ? opened : null };
}

/** What a search finds, not only a page of it, at most so many. */
export async function allFound(
  db: Database,
  vault: Vault,
  query: Query,
  asker: Asker,
  most: number,
): Promise<({ ok: true } & Whole) | { ok: false; mistake: QueryMistake }> {
  const whole = await orMistake(
    readWhole<Place>(most, (after, perPage) =>
      findPage(db, vault, query, { asker, after, perPage, mostCounted: 1 }),
    ),
  );
  return whole.ok ? { ok: true, ...whole.value } : whole;
}
