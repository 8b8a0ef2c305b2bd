import type { Database } from "../database.ts";
import { recordEvent } from "../tickets/record-event.ts";

/** Asks the worker to read the mail of one message again. Returns how many were asked for: 0 or 1. */
export async function askAgain(
  db: Database,
  ask: { ticketId: string; messageId: string; staffId: string },
): Promise<number> {
  return await askFor(db, ask, "messages.id = :messageId and messages.ticket_id = :ticketId", {
    messageId: ask.messageId,
  });
}

/**
 * Asks for every mail of the person who wrote this message whose signature could not be checked, on whatever ticket it
 * stands. Returns how many.
 */
export async function askAgainForPerson(
  db: Database,
  ask: { ticketId: string; messageId: string; staffId: string },
): Promise<number> {
  const samePerson =
    "messages.person_id = (select person_id from messages where id = :messageId and ticket_id = :ticketId)";
  return await askFor(db, ask, `${samePerson} and messages.signature <> 'no'`, { messageId: ask.messageId });
}

/** One that waits already is not asked for twice; one that was read again before is. */
async function askFor(
  db: Database,
  { ticketId, staffId }: { ticketId: string; staffId: string },
  which: string,
  values: { messageId: string },
): Promise<number> {
  return await db.transaction(async (trx) => {
    const result = await trx.raw(
      `insert into read_again (mail_id, asked_by)
       select mails.id, :staffId from messages join mails on mails.id = messages.mail_id
       where ${which} and mails.sealed_raw is not null order by mails.id
       on conflict (mail_id) do update set asked_by = excluded.asked_by, asked_at = now(), attempts = 0,
         lease_token = null, leased_until = null, done_at = null, result = null, reason = null
       where read_again.done_at is not null`,
      { ticketId, staffId, ...values },
    );
    const asked: number = result.rowCount;
    if (asked > 0)
      await recordEvent(trx, { ticketId, staffId, action: "read_again", detail: { mails: String(asked) } });
    return asked;
  });
}
