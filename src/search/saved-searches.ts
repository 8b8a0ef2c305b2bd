import type { Database } from "../database.ts";
import { addSealingKey } from "../vault/sealing-keys.ts";
import type { Vault } from "../vault/vault.ts";
import { isId } from "../web/is-id.ts";

/** A search that somebody keeps for themselves, or for everybody. */
export type SavedSearch = {
  id: string;
  name: string;
  typed: string;
  is_shared: boolean;
  staff_id: string;
  staff_name: string;
};

export const mostSaved = 30;

/** Keeps a search; false when this person keeps as many as there may be. A search of the same name is replaced. */
export async function saveSearch(
  db: Database,
  vault: Vault,
  search: { staffId: string; name: string; typed: string; isShared: boolean },
): Promise<boolean> {
  return await db.transaction(async (trx) => {
    // Two windows of one person come one after the other.
    await trx("staff").where({ id: search.staffId }).forUpdate().first("id");
    const own = (await listSavedSearches(trx, vault, search.staffId)).filter(
      ({ staff_id }) => staff_id === search.staffId,
    );
    const replaced = own.filter(({ name }) => name.toLowerCase() === search.name.toLowerCase());
    if (own.length - replaced.length >= mostSaved) return false;
    for (const { id } of replaced) await trx("saved_searches").where({ id }).delete();
    const key = await addSealingKey(trx, vault);
    const { name, typed } = search;
    await trx("saved_searches").insert({
      staff_id: search.staffId,
      key_id: key.id,
      sealed_search: vault.seal(key.wrapped_key, "saved search", JSON.stringify({ name, typed })),
      is_shared: search.isShared,
    });
    return true;
  });
}

/** One's own searches and those that others share, by name. */
export async function listSavedSearches(db: Database, vault: Vault, staffId: string): Promise<SavedSearch[]> {
  const rows = await db("saved_searches")
    .join("vault_keys", "vault_keys.id", "saved_searches.key_id")
    .join("staff", "staff.id", "saved_searches.staff_id")
    .where("saved_searches.staff_id", staffId)
    .orWhere("is_shared", true)
    .orderBy("saved_searches.id")
    .limit(200)
    .select("saved_searches.*", "wrapped_key", "staff.name as staff_name");
  return rows
    .map(({ id, wrapped_key, sealed_search, is_shared, staff_id, staff_name }) => ({
      id,
      is_shared,
      staff_id,
      staff_name,
      ...(JSON.parse(vault.open(wrapped_key, "saved search", sealed_search)) as Pick<
        SavedSearch,
        "name" | "typed"
      >),
    }))
    .toSorted((one, other) => one.name.localeCompare(other.name));
}

/** Forgets a search: one's own, and as a lead a shared one of anybody. False: it is not there, or not yours. */
export async function removeSearch(
  db: Database,
  id: unknown,
  who: { id: string; role: string },
): Promise<boolean> {
  if (!isId(id)) return false;
  const search = db("saved_searches").where({ id });
  if (who.role === "help_desk") search.where({ staff_id: who.id });
  else search.where((mine) => mine.where({ staff_id: who.id }).orWhere({ is_shared: true }));
  return (await search.delete()) === 1;
}
