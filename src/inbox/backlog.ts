import type { Database } from "../database.ts";

/** A long mailbox on its way into the desk: how many of how many are still on the server, and how many wait to be read. */
export type Backlog = { waiting: number; total: number; unread: number; newest_first: boolean };

/** Below this nobody waits long enough to look at a bar. */
const longBacklog = 200;

/** For a larger statement: the backlog as JSON when the mailbox holds more than comes in on a day; null otherwise. */
export const backlogSql = `(select json_build_object('waiting', waiting_mails, 'total', backlog_mails, 'newest_first', newest_first,
     'unread', (select count(*) from (select from mails where state = 'kept' limit 100001) bounded))
   from mailboxes where backlog_mails >= ${longBacklog} order by backlog_mails desc limit 1)`;

/** Chooses from which end the mail is fetched that lay in the mailbox before the desk opened it. */
export async function chooseOrder(db: Database, newestFirst: boolean): Promise<void> {
  await db("mailboxes").update({ newest_first: newestFirst });
}
