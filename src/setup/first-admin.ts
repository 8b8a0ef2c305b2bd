import type { Database } from "../database.ts";
import { createStaff } from "../staff/create-staff.ts";
import { newPassword } from "../staff/passwords.ts";
import type { Context } from "./command.ts";
import { problemOfName } from "./staff-commands.ts";
import type { Walk } from "./walk.ts";

/** Makes the first admin and prints a one-time password; where an admin works already, it does nothing. */
export async function makeFirstAdmin(
  walk: Walk,
  context: Context,
  db: Database,
  wanted: string | undefined,
): Promise<void> {
  const admin = await db("staff").where({ role: "admin" }).whereNull("disabled_at").first("name");
  if (admin) return walk.tell("already there", "an admin");

  const name = wanted ?? (await context.questions?.ask("Name of the first admin", "admin")) ?? "admin";
  const problem = problemOfName(name);
  if (problem) return walk.tell("to do", `admin “${name}”: ${problem}`);
  const password = newPassword();
  const made = await createStaff(db, { name, role: "admin", password });
  if (!made.ok) return walk.tell("to do", `the name “${name}” is taken: choose another with --admin`);
  walk.tell("done", `the admin “${name}”. Password, shown only this once: ${password}`);
}
