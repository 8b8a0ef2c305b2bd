import type { Database } from "../database.ts";

/** Gives a mail that was set aside back to the worker, which reads it from its stored copy. Returns whether there was one. */
export async function tryAgain(db: Database, mailId: string): Promise<boolean> {
  const changed = await db("mails")
    .where({ id: mailId, state: "set_aside" })
    .whereNotNull("sealed_raw")
    .update({
      state: "kept",
      attempts: 0,
      set_aside_reason: null,
      read_at: null,
      lease_token: null,
      leased_until: null,
    });
  return changed === 1;
}
