import type { Database } from "../database.ts";
import { hashPassword } from "./passwords.ts";
import { type Role, type Staff, staffColumns } from "./staff.ts";

export type NewStaff = { name: string; role: Role; password: string; languages?: string[] };

/** Adds an account. A name is taken for ever, also when its account is disabled. */
export async function createStaff(
  db: Database,
  { name, role, password, languages = [] }: NewStaff,
): Promise<{ ok: true; staff: Staff } | { ok: false; reason: "name taken" }> {
  const password_hash = await hashPassword(password);
  const [staff] = await db("staff")
    .insert({ name, role, password_hash, languages })
    .onConflict("name")
    .ignore()
    .returning<Staff[]>(staffColumns as unknown as string[]);
  return staff ? { ok: true, staff } : { ok: false, reason: "name taken" };
}
