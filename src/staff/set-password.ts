import type { Database } from "../database.ts";
import { hashPassword } from "./passwords.ts";

/** Gives an account a new password and ends its sessions everywhere; false when there is no such account. */
export async function setPassword(db: Database, staffId: string, password: string): Promise<boolean> {
  const password_hash = await hashPassword(password);
  const changed = await db("staff")
    .where({ id: staffId })
    .update({ password_hash, signed_out_at: db.fn.now() });
  return changed > 0;
}

/** Ends all sessions of an account at once, on all machines. */
export async function signOutEverywhere(db: Database, staffId: string): Promise<void> {
  await db("staff").where({ id: staffId }).update({ signed_out_at: db.fn.now() });
}
