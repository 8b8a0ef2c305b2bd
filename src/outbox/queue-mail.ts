import type { Database } from "../database.ts";
import type { SealingKey } from "../vault/sealing-keys.ts";
import type { Vault } from "../vault/vault.ts";
import { howItMayLeave, type Leaving } from "./how-it-may-leave.ts";
import { newReference } from "./message-id.ts";
import { recipientOf } from "./recipient.ts";

/** What the worker needs to write the mail, sealed as JSON; the text is the message's own. */
export type Envelope = {
  to: string;
  subject: string;
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
  text: string;
  /** The staff member who agreed that this mail may be read on its way; null: encrypted or not at all. */
  clearAgreedBy: string | null;
  /** Two of the staff agreed to send exactly this text in clear to somebody who encrypts. */
  clearRequestId?: string | undefined;
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
 * The one door through which mail leaves: a row in the transaction of the message. The choke point says how, and says it
 * again when the worker writes the mail.
 */
export async function queueMail(db: Database, vault: Vault, mail: QueuedMail): Promise<void> {
  const recipient = await recipientOf(db, vault, mail.ticketId);
  if (!recipient) throw new CannotLeave("This person gave no address");
  if (recipient.mustChoose) throw new CannotLeave("Choose first who this ticket is answered to");
  const { ticketId, text, clearRequestId } = mail;
  const may = await howItMayLeave(db, vault, {
    to: recipient.address,
    ticketId,
    clear: agreementOf(mail, text),
  });
  if (!may.ok) throw new CannotLeave(may.reason);

  const envelope: Envelope = {
    to: recipient.address,
    subject: subjectOf(mail, may.protection),
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
    protection: may.protection,
    automatic: mail.automatic ?? false,
    clear_agreed_by: may.protection === "clear" ? mail.clearAgreedBy : null,
    clear_request_id: clearRequestId ?? null,
    not_before: db.raw("now() + make_interval(secs => ?)", [
      mail.automatic ? 0 : (mail.secondsToWait ?? secondsToTakeBack),
    ]),
  });
}

/** What was agreed about clear text, of a mail that is queued or in the outbox. */
export function agreementOf(
  mail: { clearAgreedBy: string | null; clearRequestId?: string | null | undefined },
  text: string,
): Leaving["clear"] {
  if (mail.clearRequestId) return { by: "two", requestId: mail.clearRequestId, text };
  return mail.clearAgreedBy ? { by: "one" } : null;
}

function subjectOf({ automatic, subject }: QueuedMail, protection: "encrypted" | "clear"): string {
  if (automatic) return automaticSubject;
  return protection === "encrypted" ? subject : neutralSubject;
}
