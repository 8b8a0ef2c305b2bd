import type { Database } from "../database.ts";
import { isId } from "../web/is-id.ts";

export type Role = "help_desk" | "lead" | "admin";
export const roles = ["help_desk", "lead", "admin"] as const satisfies Role[];

/** Somebody who works here. The hash of the password never leaves the functions that compare it. */
export type Staff = {
  id: string;
  name: string;
  role: Role;
  languages: string[];
  created_at: Date;
  disabled_at: Date | null;
};

export const staffColumns = ["id", "name", "role", "languages", "created_at", "disabled_at"] as const;

/** Everybody, disabled accounts last. */
export async function listStaff(db: Database): Promise<Staff[]> {
  return await db("staff")
    .select<Staff[]>(...staffColumns)
    .orderByRaw("disabled_at is not null, name")
    .limit(1000);
}

export async function findStaff(db: Database, id: unknown): Promise<Staff | undefined> {
  if (!isId(id)) return undefined;
  return await db<Staff>("staff")
    .where({ id })
    .first(...staffColumns);
}
