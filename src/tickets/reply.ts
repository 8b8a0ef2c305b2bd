import type { Database } from "../database.ts";
import { CannotLeave, queueMail } from "../outbox/queue-mail.ts";
import { indexMessage } from "../search/index-message.ts";
import { findSealingKey } from "../vault/sealing-keys.ts";
import type { Vault } from "../vault/vault.ts";
import { addMessage } from "./add-message.ts";
import { statusColumns } from "./change-status.ts";
import { changeTickets } from "./change-tickets.ts";
import { confirmKey } from "./confirm-key.ts";
import { dropDraft } from "./drafts.ts";
import { recordEvent } from "./record-event.ts";
import { stopWriting } from "./writing.ts";

export type Answer = {
  ticketId: string;
  staffId: string;
  text: string;
  /** The box "send without encryption" was ticked. */
  clearAgreed: boolean;
  /** The offered key of which the writer said that it is this person's; confirmed in the same transaction. */
  useKey?: string | null;
  /** Two of the staff agreed to clear text: `requestId`, by whom the second time. */
  clearRequest?: { id: string; agreedBy: string };
  /** The newest message that the writer had seen; null: do not check. */
  seenMessageId: string | null;
  /** How long the answer can be taken back before it leaves. */
  secondsToTakeBack?: number;
};

/**
 * Answers: message, outgoing mail and history in one transaction. "changed" when somebody wrote on the ticket since
 * the form was opened; throws `CannotLeave` with the reason when the answer may not leave like that.
 */
export async function replyToTicket(
  db: Database,
  vault: Vault,
  answer: Answer,
): Promise<"queued" | "changed"> {
  return await db.transaction(async (trx) => {
    // The row lock makes two answers at once come one after the other: the second sees the first.
    const ticket = await trx("tickets").where({ id: answer.ticketId }).forUpdate().first();
    if (!ticket) throw new Error("The ticket of this answer disappeared");
    if (ticket.merged_into || (await hasNewer(trx, answer))) return "changed";

    const { useKey } = answer;
    if (useKey && !(await confirmKey(trx, vault, { ...answer, offeredId: useKey, compared: false }))) {
      throw new CannotLeave("The key that you confirmed is offered for this person no more");
    }
    const key = await findSealingKey(trx, ticket.key_id);
    const content = { text: answer.text };
    const { ticketId, staffId } = answer;
    const messageId = await addMessage(trx, vault, { ticketId, key, kind: "answer", staffId, content });
    await queueMail(trx, vault, {
      ticketId,
      messageId,
      key,
      subject: answerSubject(vault.open(key.wrapped_key, "subject", ticket.sealed_subject)),
      language: ticket.language,
      ...(await threadOf(trx, vault, ticketId)),
      text: answer.text,
      clearAgreedBy: answer.clearRequest?.agreedBy ?? (answer.clearAgreed ? staffId : null),
      clearRequestId: answer.clearRequest?.id,
      secondsToWait: answer.secondsToTakeBack,
    });
    await indexMessage(trx, vault, {
      id: messageId,
      ticketId,
      language: ticket.language,
      texts: [{ weight: "B", text: answer.text }],
    });
    await waitForUser(trx, ticketId, staffId, messageId);
    await dropDraft(trx, ticketId, staffId);
    await stopWriting(trx, ticketId, staffId);
    return "queued";
  });
}

async function hasNewer(trx: Database, answer: Answer): Promise<boolean> {
  if (answer.seenMessageId === null) return false;
  const newer = await trx("messages")
    .where({ ticket_id: answer.ticketId })
    .where("id", ">", answer.seenMessageId)
    .first("id");
  return newer !== undefined;
}

/** The subject of an answer, inside its encryption. */
export function answerSubject(subject: string): string {
  if (/^re:/i.test(subject)) return subject;
  return subject ? `Re: ${subject}` : "Your message";
}

/** The mail that this answers, so that the person's program shows both together (RFC 5322 §3.6.4). */
async function threadOf(trx: Database, vault: Vault, ticketId: string) {
  const last = await trx("messages")
    .join("vault_keys", "vault_keys.id", "messages.key_id")
    .where({ ticket_id: ticketId, kind: "from_user" })
    .orderBy("messages.id", "desc")
    .first<{ sealed_content: Buffer; wrapped_key: Buffer }>("sealed_content", "wrapped_key");
  const messageId: string | undefined =
    last && JSON.parse(vault.open(last.wrapped_key, "message", last.sealed_content)).messageId;
  return { inReplyTo: messageId ?? null, references: messageId ? [messageId] : [] };
}

async function waitForUser(
  trx: Database,
  ticketId: string,
  staffId: string,
  messageId: string,
): Promise<void> {
  const answered = { staffId, action: "answered", detail: { message_id: messageId } };
  const changed = await changeTickets(trx, [ticketId], {
    ...answered,
    set: statusColumns(trx, { status: "waiting_for_user" }, staffId),
    tells: "status",
  });
  // A second answer in a row changes nothing, and is told all the same.
  if (changed.length === 0) {
    const detail = { ...answered.detail, from: "waiting_for_user", to: "waiting_for_user" };
    await recordEvent(trx, { ...answered, ticketId, detail });
  }
}
