import type { Database } from "../database.ts";
import { changeUnlessLastAdmin, type RoleChange } from "./last-admin.ts";
import type { Role } from "./staff.ts";

/** Gives an account another role, from its next request on. The last admin stays one. */
export async function changeRole(db: Database, staffId: string, role: Role): Promise<RoleChange> {
  return await changeUnlessLastAdmin(db, staffId, role === "admin", { role });
}
