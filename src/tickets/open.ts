import type { Database } from "../database.ts";
import type { SealingKey } from "../vault/sealing-keys.ts";
import type { Vault } from "../vault/vault.ts";
import { addAttachments, insertMessage, messageValues, type NewMessage } from "./add-message.ts";
import type { Channel } from "./ticket.ts";
import { stateOf } from "./ticket-state.ts";

export type NewTicket = {
  key: SealingKey;
  /**
   * Since when the person waits for us; absent: since now. Mail that lay in the mailbox before the desk opened it waits
   * since then: a desk that was not there promised nothing.
   */
  openedAt?: Date;
  channel: Channel;
  subject: string;
  language: string | null;
  personId: string | null;
  personProven: boolean;
  /** Nobody is answered before a person chose who. */
  recipientOpen?: boolean;
  whisperbackId?: string | null;
  /** The ticket that holds this WhisperBack id, for another report that came with it. */
  sameIdAs?: string | null;
  /** An earlier ticket of the same person to which it probably belongs. */
  probablyOf?: string | null;
  tailsVersion?: string | null;
  installedVersion?: string | null;
  model?: string | null;
  stickHash?: Buffer | null;
  /** Another queue than that of the person or the language. */
  queueId?: string | null;
  /** Who opened it by hand. */
  staffId?: string | null;
};

/**
 * Opens a ticket in the queue where somebody put this person before, else in that of its language, without a message.
 * Returns its id; null when a ticket with this WhisperBack id is there already, also when another worker opened it a
 * moment ago. One statement, with its event.
 */
export async function openTicket(db: Database, vault: Vault, ticket: NewTicket): Promise<string | null> {
  const result = await db.raw(`${insertTicket} select id from opened`, ticketValues(vault, ticket, 0));
  const opened: { id: string } | undefined = result.rows[0];
  return opened?.id ?? null;
}

/** The same together with its first message, which was written when the ticket was opened. One statement without files. */
export async function openTicketWith(
  db: Database,
  vault: Vault,
  ticket: NewTicket,
  message: Omit<NewMessage, "ticketId" | "createdAt" | "key">,
): Promise<{ ticketId: string; messageId: string } | null> {
  const first = { ...message, key: ticket.key };
  const result = await db.raw(
    `${insertTicket}, added as (${insertMessage("select opened.id,", ":openedAt from opened")})
     select ticket_id, id from added`,
    { ...messageValues(vault, first), ...ticketValues(vault, ticket, 1) },
  );
  const added: { ticket_id: string; id: string } | undefined = result.rows[0];
  if (!added) return null;
  await addAttachments(db, vault, added.id, first);
  return { ticketId: added.ticket_id, messageId: added.id };
}

const insertTicket = `with opened as (
     insert into tickets (queue_id, language, channel, key_id, sealed_subject, person_id, person_proven, recipient_open, whisperback_id, same_id_as, probably_of,
       tails_version, installed_version, model, stick_hash, opened_at, last_message_at, our_turn_since, message_count)
     select coalesce(:queueId::bigint, (select queue_id from people where id = :personId),
         (select id from queues where language = :language or is_fallback order by is_fallback limit 1)),
       :language, :channel, :keyId, :sealedSubject, :personId, :personProven, :recipientOpen, :whisperbackId, :sameIdAs, :probablyOf,
       :tailsVersion, :installedVersion, :model, :stickHash, :openedAt, :openedAt,
       greatest(:openedAt::timestamptz, (select min(created_at) from mailboxes)), :messageCount
     on conflict (whisperback_id) where whisperback_id is not null and same_id_as is null do nothing
     returning *), told as (
     insert into ticket_events (ticket_id, staff_id, action, detail, after)
     select id, :openedBy, 'opened', jsonb_build_object('channel', channel), ${stateOf("opened")} from opened)`;

function ticketValues(vault: Vault, ticket: NewTicket, messageCount: number) {
  return {
    language: ticket.language,
    channel: ticket.channel,
    keyId: ticket.key.id,
    sealedSubject: vault.seal(ticket.key.wrapped_key, "subject", ticket.subject),
    personId: ticket.personId,
    queueId: ticket.queueId ?? null,
    openedBy: ticket.staffId ?? null,
    personProven: ticket.personProven,
    recipientOpen: ticket.recipientOpen ?? false,
    whisperbackId: ticket.whisperbackId ?? null,
    sameIdAs: ticket.sameIdAs ?? null,
    probablyOf: ticket.probablyOf ?? null,
    tailsVersion: ticket.tailsVersion ?? null,
    installedVersion: ticket.installedVersion ?? null,
    model: ticket.model ?? null,
    stickHash: ticket.stickHash ?? null,
    openedAt: ticket.openedAt ?? new Date(),
    messageCount,
  };
}
