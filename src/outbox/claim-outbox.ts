import { randomUUID } from "node:crypto";
import type { Database } from "../database.ts";

export type ClaimedAnswer = {
  id: string;
  ticket_id: string;
  message_id: string;
  reference: string;
  protection: "encrypted" | "clear";
  clear_agreed_by: string | null;
  clear_request_id: string | null;
  attempts: number;
  automatic: boolean;
  /** Of the last try. */
  failure: string | null;
  sealed_envelope: Buffer;
  sealed_content: Buffer;
  envelope_key: Buffer;
  content_key: Buffer;
  lease_token: string;
};

/**
 * Claims one mail that is due, for this worker alone; null when nothing is due. Committed before SMTP begins. The lease
 * must be longer than `handOver` may take.
 */
export async function claimAnswer(db: Database, leaseSeconds: number): Promise<ClaimedAnswer | null> {
  const result = await db.raw(
    `update outbox_mails
     set state = 'sending', attempts = attempts + 1, lease_token = :token,
       leased_until = now() + make_interval(secs => :leaseSeconds)
     from messages, vault_keys envelope_keys, vault_keys content_keys
     where messages.id = outbox_mails.message_id and envelope_keys.id = outbox_mails.key_id
       and content_keys.id = messages.key_id and outbox_mails.id = (
         select id from outbox_mails where state = 'queued' and not_before <= now()
         order by not_before, id limit 1 for update skip locked)
     returning outbox_mails.*, messages.sealed_content,
       envelope_keys.wrapped_key as envelope_key, content_keys.wrapped_key as content_key`,
    { token: randomUUID(), leaseSeconds },
  );
  return result.rows[0] ?? null;
}

/**
 * Mails whose worker was lost while it sent them: whether they left is not known, so nobody sends them again by
 * itself. Returns how many there were.
 */
export async function giveUpLostAnswers(db: Database): Promise<number> {
  return await db("outbox_mails").where({ state: "sending" }).where("leased_until", "<", db.fn.now()).update({
    state: "unknown",
    failure: "The program stopped while it sent this mail: it may have left, or not",
    lease_token: null,
    leased_until: null,
  });
}
