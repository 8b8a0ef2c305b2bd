import type { Database } from "../database.ts";

/** Takes a mail out of the outbox that no worker has touched and whose time has not come. False: it is too late. */
export async function takeMailBack(trx: Database, messageId: string): Promise<boolean> {
  const taken = await trx("outbox_mails")
    .where({ message_id: messageId, state: "queued", attempts: 0 })
    .where("not_before", ">", trx.fn.now())
    .delete();
  return taken === 1;
}
