import type { Database } from "../database.ts";
import { maskAddresses } from "../people/mask-address.ts";
import { clearAlarm, raiseAlarm } from "./alarms.ts";
import type { Folder } from "./keep-mails.ts";

/** A mail that the server did not give, and whether it is time to ask for it again. */
export type WithheldMail = { uid: number; isDue: boolean };

/** The mails of a folder that the server withheld; those that are no longer on the server, or are kept, are forgotten. */
export async function withheldMails(
  db: Database,
  folder: Folder,
  waitingUids: number[],
): Promise<WithheldMail[]> {
  const { mailbox, uidvalidity } = folder;
  const result = await db.raw<{ rows: { uid: string; is_due: boolean; is_waiting: boolean }[] }>(
    `select uid, next_try_at <= now() as is_due, uidvalidity = ? and uid = any(?::bigint[]) as is_waiting
     from withheld_mails where mailbox = ?`,
    [String(uidvalidity), waitingUids, mailbox],
  );
  const gone = result.rows.filter(({ is_waiting }) => !is_waiting);
  if (gone.length > 0) {
    await db.raw(
      "delete from withheld_mails where mailbox = ? and not (uidvalidity = ? and uid = any(?::bigint[]))",
      [mailbox, String(uidvalidity), waitingUids],
    );
    await tellOfWithheld(db, folder);
  }
  return result.rows
    .filter(({ is_waiting }) => is_waiting)
    .map(({ uid, is_due }) => ({ uid: Number(uid), isDue: is_due }));
}

/** Notes that the server did not give a mail, and tells the staff and the admins; it is tried again later each time. */
export async function withholdMail(
  db: Database,
  folder: Folder,
  mail: { uid: number; size: number },
  reason: string,
): Promise<void> {
  await db.raw(
    `insert into withheld_mails (mailbox, uidvalidity, uid, size_bytes, reason, next_try_at)
     values (:mailbox, :uidvalidity, :uid, :size, :reason, now() + interval '30 seconds')
     on conflict (mailbox, uidvalidity, uid) do update set attempts = withheld_mails.attempts + 1, reason = excluded.reason,
       next_try_at = now() + least(interval '30 seconds' * 4 ^ least(withheld_mails.attempts, 10), interval '1 day')`,
    {
      mailbox: folder.mailbox,
      uidvalidity: String(folder.uidvalidity),
      uid: mail.uid,
      size: mail.size,
      reason: maskAddresses(reason),
    },
  );
  await tellOfWithheld(db, folder);
}

async function tellOfWithheld(db: Database, { mailbox }: Folder): Promise<void> {
  const row = await db("withheld_mails")
    .where({ mailbox })
    .orderBy("first_failed_at")
    .first<{ uid: string; size_bytes: string; reason: string; count: string } | undefined>(
      "uid",
      "size_bytes",
      "reason",
      db.raw("count(*) over () as count"),
    );
  if (!row) return await clearAlarm(db, "mail withheld");
  const which = `number ${row.uid}, ${Math.ceil(Number(row.size_bytes) / 1000)} kB`;
  const count = Number(row.count) === 1 ? `a mail (${which})` : `${row.count} mails (the first: ${which})`;
  const words = `The mail server does not give ${count}. It says: “${row.reason}”. The desk goes on with all others and asks again at growing intervals. Look at the mail on the server.`;
  await raiseAlarm(db, "mail withheld", words);
}
