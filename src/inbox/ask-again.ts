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

/**
 * Asks for the mail of one message in a charset that somebody chose, or (null) as the desk reads it by itself. Later readings
 * keep it. Returns whether it was asked for: there is a raw copy, and no report, whose words are never changed.
 */
export async function askInCharset(
  db: Database,
  ask: { ticketId: string; messageId: string; staffId: string; charset: string | null },
): Promise<boolean> {
  const { ticketId, messageId, staffId, charset } = ask;
  return await db.transaction(async (trx) => {
    // Whoever reads it now in another charset loses the lease.
    const result = await trx.raw(
      `insert into read_again (mail_id, asked_by, charset)
       select mails.id, :staffId, :charset from messages join mails on mails.id = messages.mail_id
       where messages.id = :messageId and messages.ticket_id = :ticketId and mails.sealed_raw is not null
         and not exists (select from reports where message_id = messages.id)
       on conflict (mail_id) do update set charset = excluded.charset, ${askedAnew}`,
      { ticketId, messageId, staffId, charset },
    );
    if (result.rowCount !== 1) return false;
    const detail = { message: messageId, ...(charset ? { charset } : {}) };
    await recordEvent(trx, { ticketId, staffId, action: "charset_chosen", detail });
    return true;
  });
}

/**
 * The desk asks by itself for the mails of people whose signatures were taken for good: the owner of a key has taken it back
 * since, or a part of it.
 */
export async function askAgainOfSigned(trx: Database, personIds: string[]): Promise<void> {
  if (personIds.length === 0) return;
  await insertAsked(trx, "messages.person_id = any(:personIds::bigint[]) and messages.signature = 'good'", {
    personIds: `{${personIds.join(",")}}`,
    staffId: null,
  });
}

/** The same for a mail that was judged while the owner of its key took that back. */
export async function askAgainIfJustEnded(trx: Database, personId: string): Promise<void> {
  const justEnded =
    "exists (select from pinned_keys where person_id = :personId and owner_ended_at > now() - interval '1 hour')";
  await insertAsked(trx, `messages.person_id = :personId and messages.signature = 'good' and ${justEnded}`, {
    personId,
    staffId: null,
  });
}

const askedAnew = `asked_by = excluded.asked_by, asked_at = now(), attempts = 0, lease_token = null, leased_until = null,
  done_at = null, result = null, reason = null`;

/** One that waits already is not asked for twice; one that was read again before is. */
async function askFor(
  db: Database,
  { ticketId, staffId }: { ticketId: string; staffId: string },
  which: string,
  values: { messageId: string },
): Promise<number> {
  return await db.transaction(async (trx) => {
    const asked = await insertAsked(trx, which, { ticketId, staffId, ...values });
    if (asked > 0)
      await recordEvent(trx, { ticketId, staffId, action: "read_again", detail: { mails: String(asked) } });
    return asked;
  });
}

async function insertAsked(
  trx: Database,
  which: string,
  values: Record<string, string | null>,
): Promise<number> {
  const result = await trx.raw(
    `insert into read_again (mail_id, asked_by)
     select mails.id, :staffId from messages join mails on mails.id = messages.mail_id
     where ${which} and mails.sealed_raw is not null order by mails.id
     on conflict (mail_id) do update set ${askedAnew}
     where read_again.done_at is not null`,
    values,
  );
  return result.rowCount;
}
