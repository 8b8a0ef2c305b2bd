import type { Database } from "../database.ts";
import { checkPassword } from "./passwords.ts";
import { type Staff, staffColumns } from "./staff.ts";

export type SignIn =
  | { ok: true; staff: Staff; stamp: string }
  | { ok: false; reason: "wrong name or password" | "disabled" };

/** Checks a name and a password. That an account is disabled is told only to who knows its password. */
export async function checkSignIn(db: Database, name: string, password: string): Promise<SignIn> {
  const row = await db("staff")
    .where({ name })
    .first<(Staff & { password_hash: string; stamp: string }) | undefined>(
      ...staffColumns,
      "password_hash",
      signOutStamp(db),
    );
  const matches = await checkPassword(row?.password_hash, password);
  if (!row || !matches) return { ok: false, reason: "wrong name or password" };
  if (row.disabled_at) return { ok: false, reason: "disabled" };
  const { password_hash: _, stamp, ...staff } = row;
  return { ok: true, staff, stamp };
}

/** Who a session belongs to, as long as it was not ended since and the account works. */
export async function staffOfSession(db: Database, id: string, stamp: string): Promise<Staff | undefined> {
  const row = await db("staff")
    .where({ id })
    .whereNull("disabled_at")
    .first<(Staff & { stamp: string }) | undefined>(...staffColumns, signOutStamp(db));
  if (!row || row.stamp !== stamp) return undefined;
  const { stamp: _, ...staff } = row;
  return staff;
}

/** Changes with each sign-out everywhere; a session holds the one it began with, so that no clocks are compared. */
export function signOutStamp(db: Database) {
  return db.raw("extract(epoch from signed_out_at)::text as stamp");
}

export async function stampOf(db: Database, staffId: string): Promise<string> {
  const row = await db("staff").where({ id: staffId }).first<{ stamp: string } | undefined>(signOutStamp(db));
  if (!row) throw new Error("The account is gone");
  return row.stamp;
}
