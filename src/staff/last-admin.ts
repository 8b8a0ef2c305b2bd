import type { Database } from "../database.ts";

export type RoleChange = { ok: true } | { ok: false; reason: "last admin" | "not there" };

/**
 * Changes an account in a way that may take its admin rights. All working admins are locked first, so that two of
 * them cannot remove each other at the same time and leave nobody.
 */
export async function changeUnlessLastAdmin(
  db: Database,
  staffId: string,
  staysAdmin: boolean,
  change: Record<string, unknown>,
): Promise<RoleChange> {
  return await db.transaction(async (trx) => {
    const admins = await trx("staff")
      .where({ role: "admin" })
      .whereNull("disabled_at")
      .orderBy("id")
      .forUpdate()
      .pluck<string[]>("id");
    if (!staysAdmin && admins.length === 1 && admins[0] === staffId)
      return { ok: false, reason: "last admin" };

    const changed = await trx("staff").where({ id: staffId }).update(change);
    return changed ? { ok: true } : { ok: false, reason: "not there" };
  });
}
