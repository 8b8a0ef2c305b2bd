import type { Database } from "../database.ts";
import type { SealingKey } from "../vault/sealing-keys.ts";
import type { Vault } from "../vault/vault.ts";
import { newReference } from "./message-id.ts";
import { recipientOf } from "./recipient.ts";

/** What the worker needs to write the mail, sealed as JSON; the text is the message's own. */
export type Envelope = {
  to: string;
  subject: string;
  keys: string[];
  language: string | null;
  inReplyTo: string | null;
  references: string[];
};

export type QueuedMail = {
  ticketId: string;
  messageId: string;
  key: SealingKey;
  /** Subject inside the encryption; in clear the neutral one is used instead. */
  subject: string;
  language: string | null;
  inReplyTo: string | null;
  references: string[];
  /** The staff member who agreed that this mail may be read on its way; null: encrypted or not at all. */
  clearAgreedBy: string | null;
  /** How long it can be taken back before it leaves; absent: 20 seconds. */
  secondsToWait?: number | undefined;
  /** The desk answers by itself (RFC 3834): the subject is neutral, encrypted or not, and it leaves at once. */
  automatic?: boolean;
};

const secondsToTakeBack = 20;

/** What the provider of the person may read in the clear: nothing about Tails, nothing of the mail. */
export const neutralSubject = "An answer to your message";
export const automaticSubject = "Automatic answer: your message has arrived";

/** The answer cannot leave as it was asked for; the message says why, to the staff. */
export class CannotLeave extends Error {}

/**
 * The one door through which mail leaves: a row in the transaction of the message. Encrypts whenever a key is known,
 * and refuses clear text to anybody who encrypted or gave a key, and without a person who agreed to it.
 */
export async function queueMail(db: Database, vault: Vault, mail: QueuedMail): Promise<void> {
  const recipient = await recipientOf(db, vault, mail.ticketId);
  if (!recipient) throw new CannotLeave("This person gave no address");
  const protection = recipient.keys.length > 0 ? "encrypted" : "clear";
  if (protection === "clear" && !recipient.mayGetClear) throw new CannotLeave(recipient.reason);
  if (protection === "clear" && !mail.clearAgreedBy) {
    throw new CannotLeave("Tick the box to send this answer without encryption");
  }

  const envelope: Envelope = {
    to: recipient.address,
    subject: subjectOf(mail, protection),
    keys: recipient.keys,
    language: mail.language,
    inReplyTo: mail.inReplyTo,
    references: mail.references,
  };
  await db("outbox_mails").insert({
    ticket_id: mail.ticketId,
    message_id: mail.messageId,
    key_id: mail.key.id,
    sealed_envelope: vault.seal(mail.key.wrapped_key, "envelope", JSON.stringify(envelope)),
    reference: newReference(),
    protection,
    automatic: mail.automatic ?? false,
    clear_agreed_by: protection === "clear" ? mail.clearAgreedBy : null,
    not_before: db.raw("now() + make_interval(secs => ?)", [
      mail.automatic ? 0 : (mail.secondsToWait ?? secondsToTakeBack),
    ]),
  });
}

function subjectOf({ automatic, subject }: QueuedMail, protection: "encrypted" | "clear"): string {
  if (automatic) return automaticSubject;
  return protection === "encrypted" ? subject : neutralSubject;
}
