import type { Database } from "../database.ts";

/**
 * Takes a mail off the list for good. Its sealed copy stays where nobody meets it, and the same mail found on the
 * server again does not come back. Returns whether it was there to be discarded.
 */
export async function discardMail(db: Database, mailId: string, staffId: string): Promise<boolean> {
  const changed = await db("mails")
    .where({ id: mailId, state: "set_aside" })
    .update({ state: "discarded", discarded_by: staffId });
  return changed === 1;
}
