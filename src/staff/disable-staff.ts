import type { Database } from "../database.ts";
import { changeUnlessLastAdmin, type RoleChange } from "./last-admin.ts";

/** Closes an account: its sessions end with their next request. The last admin cannot be disabled. */
export async function disableStaff(db: Database, staffId: string): Promise<RoleChange> {
  const now = db.fn.now();
  return await changeUnlessLastAdmin(db, staffId, false, { disabled_at: now, signed_out_at: now });
}

/** Opens a disabled account again; sessions from before stay over. */
export async function enableStaff(db: Database, staffId: string): Promise<boolean> {
  return (await db("staff").where({ id: staffId }).update({ disabled_at: null })) > 0;
}
