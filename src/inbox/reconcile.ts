import type { ImapFlow } from "imapflow";
import type { Database } from "../database.ts";
import { raiseAlarm } from "./alarms.ts";
import { type MailboxSettings, openMailbox, withTimeout } from "./mailbox.ts";
import { mailboxName } from "./take-over.ts";
import { range } from "./uid-range.ts";

/** A mail that is younger than this may be on its way. */
const patienceMinutes = 10;

/**
 * Compares the server's UIDs with the table: every number that the server gave out must have been taken over. A number
 * that is missing is a mail which somebody or something removed before the desk had it, or one that it cannot take.
 * Runs once an hour, whichever worker comes first; returns the missing numbers, or null when it was not time.
 */
export async function reconcile(db: Database, settings: MailboxSettings): Promise<number[] | null> {
  if (!(await isTime(db, settings))) return null;
  const client = await openMailbox(settings);
  try {
    const missing = await missingUids(db, client, settings);
    if (missing.length > 0) await raiseAlarm(db, "mail missing", describe(missing));
    return missing;
  } finally {
    client.close();
  }
}

async function isTime(db: Database, settings: MailboxSettings): Promise<boolean> {
  const claimed = await db("mailboxes")
    .where({ name: mailboxName(settings) })
    .whereRaw("coalesce(last_reconciled_at, '-infinity') < now() - interval '1 hour'")
    .update({ last_reconciled_at: db.fn.now() });
  return claimed === 1;
}

async function missingUids(db: Database, client: ImapFlow, settings: MailboxSettings): Promise<number[]> {
  if (!client.mailbox) throw new Error("No folder is open");
  const name = mailboxName(settings);
  const uidvalidity = String(client.mailbox.uidValidity);
  const waiting = await youngMails(client, settings);
  const end = Math.min(client.mailbox.uidNext - 1, ...waiting.map((uid) => uid - 1));

  const result = await db.raw(
    `with bounds as (
       select coalesce(reconciled_to_uid, (select min(uid) - 1 from mail_copies
         where mailbox = :name and uidvalidity = :uidvalidity)) as beginning
       from mailboxes where name = :name and uidvalidity = :uidvalidity)
     select number::integer as uid from bounds, generate_series(beginning + 1, :end::bigint) as number
     where not exists (select from mail_copies
       where mailbox = :name and uidvalidity = :uidvalidity and uid = number) limit 1000`,
    { name, uidvalidity, end },
  );
  await db("mailboxes").where({ name, uidvalidity }).update({ reconciled_to_uid: end });
  return result.rows.map((row: { uid: number }) => row.uid);
}

async function youngMails(client: ImapFlow, settings: MailboxSettings): Promise<number[]> {
  const uids = await withTimeout(client, settings, client.search({ all: true }, { uid: true }));
  if (!uids || uids.length === 0) return [];
  const query = { uid: true, internalDate: true } as const;
  const mails = await withTimeout(client, settings, client.fetchAll(range(uids), query, { uid: true }));
  const limit = Date.now() - patienceMinutes * 60_000;
  return mails.filter((mail) => new Date(mail.internalDate ?? 0).getTime() > limit).map((mail) => mail.uid);
}

function describe(missing: number[]): string {
  const count = missing.length === 1 ? "A mail" : `${missing.length} mails`;
  return `${count} left the mailbox before the desk had taken it over, or cannot be taken (numbers ${range(missing)}). Look on the mail server.`;
}
