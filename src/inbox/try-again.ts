import type { Knex } from "knex";
import type { Database } from "../database.ts";
import { notOpenedReason } from "./not-opened-reason.ts";

/** Gives a mail that was set aside back to the worker, which reads it from its stored copy. Returns whether there was one. */
export async function tryAgain(db: Database, mailId: string): Promise<boolean> {
  return (await giveBack(db, db("mails").where({ id: mailId }).select("id"))) === 1;
}

/** Gives every mail back that is set aside because it did not open, since a key was imported. Returns how many. */
export async function tryEncryptedAgain(db: Database): Promise<number> {
  const encrypted = db("mails")
    .where({ state: "set_aside" })
    .whereLike("set_aside_reason", `${notOpenedReason}%`);
  return await giveBack(db, encrypted.select("id"));
}

async function giveBack(db: Database, ids: Knex.QueryBuilder): Promise<number> {
  return await db("mails")
    .whereIn("id", ids)
    .where({ state: "set_aside" })
    .whereNotNull("sealed_raw")
    .update({
      state: "kept",
      attempts: 0,
      set_aside_reason: null,
      read_at: null,
      lease_token: null,
      leased_until: null,
    });
}
