import type { Database } from "../database.ts";
import { addSealingKey, findSealingKey, type SealingKey } from "../vault/sealing-keys.ts";
import type { Vault } from "../vault/vault.ts";
import { isId } from "../web/is-id.ts";
import { statusColumns } from "./change-status.ts";
import { changeTickets, lockTickets } from "./change-tickets.ts";
import { moveMessages } from "./move-messages.ts";
import { openTicket } from "./open.ts";
import { recordEvent } from "./record-event.ts";
import { resealMessage } from "./reseal-message.ts";

export type Split =
  | { ok: true; ticketId: string }
  | { ok: false; reason: "not there" | "the only message" | "not from a user" };

/**
 * Makes a ticket of its own from one message of a user: sealed under a new key, with attachments, report and search
 * document, in the same queue. Keys of the person are known on both then.
 */
export async function splitMessage(
  db: Database,
  vault: Vault,
  split: { ticketId: string; messageId: string; staffId: string },
): Promise<Split> {
  if (!isId(split.messageId)) return { ok: false, reason: "not there" };
  return await db.transaction(async (trx): Promise<Split> => {
    await lockTickets(trx, [split.ticketId]);
    const ticket: TicketRow | undefined = await trx("tickets").where({ id: split.ticketId }).first();
    const message: MessageRow | undefined = await trx("messages")
      .where({ id: split.messageId, ticket_id: split.ticketId })
      .first();
    if (!ticket || !message) return { ok: false, reason: "not there" };
    if (message.kind !== "from_user") return { ok: false, reason: "not from a user" };
    if (ticket.message_count < 2) return { ok: false, reason: "the only message" };

    const key = await addSealingKey(trx, vault);
    const newId = await openFrom(trx, vault, ticket, message, key, split.staffId);
    await resealMessage(trx, vault, message.id, key);
    await copyKeys(trx, vault, ticket, message, key, newId);
    await moveMessages(trx, { messageIds: [message.id], fromId: ticket.id, toId: newId, offeredKeyIds: [] });
    await recordEvent(trx, {
      ticketId: ticket.id,
      staffId: split.staffId,
      action: "split",
      detail: { ticket: newId, message: message.id, key: message.key_id },
      before: { [`split:${newId}`]: false },
      after: { [`split:${newId}`]: true },
    });
    const detail = { ticket: ticket.id };
    await recordEvent(trx, { ticketId: newId, staffId: split.staffId, action: "split_from", detail });
    return { ok: true, ticketId: newId };
  });
}

/**
 * Puts a split message back, sealed as before; the other ticket stays as a merged one. False: something was done on that
 * ticket since.
 */
export async function unsplitMessage(
  trx: Database,
  vault: Vault,
  split: {
    ticketId: string;
    newId: string;
    messageId: string;
    keyId: string;
    staffId: string;
    undoes: string;
  },
): Promise<boolean> {
  const { ticketId, newId, messageId, staffId } = split;
  await lockTickets(trx, [ticketId, newId]);
  const untouched = await trx("tickets")
    .where({ id: newId, message_count: 1 })
    .whereNull("merged_into")
    .whereExists(trx("messages").where({ id: messageId, ticket_id: newId }))
    .whereNotExists(
      trx("ticket_events").where({ ticket_id: newId }).whereNotIn("action", ["opened", "split_from"]),
    )
    .first("id");
  const here = await trx("tickets").where({ id: ticketId }).whereNull("merged_into").first("id");
  if (!untouched || !here) return false;

  await resealMessage(trx, vault, messageId, await findSealingKey(trx, split.keyId));
  await trx("offered_keys").where({ ticket_id: newId }).delete();
  await moveMessages(trx, { messageIds: [messageId], fromId: newId, toId: ticketId, offeredKeyIds: [] });
  await changeTickets(trx, [newId], {
    staffId,
    action: "merged_into",
    set: { ...statusColumns(trx, { status: "resolved" }, staffId), merged_into: ticketId },
    detail: { ticket: ticketId },
  });
  await recordEvent(trx, {
    ticketId,
    staffId,
    action: "undone",
    detail: { action: "split", ticket: newId },
    before: { [`split:${newId}`]: true },
    after: { [`split:${newId}`]: false },
    undoes: split.undoes,
  });
  return true;
}

type TicketRow = {
  id: string;
  key_id: string;
  queue_id: string;
  language: string | null;
  channel: "whisperback" | "mail" | "phone" | "chat" | "in_person";
  person_id: string | null;
  sealed_subject: Buffer;
  message_count: number;
};
type MessageRow = {
  id: string;
  kind: string;
  key_id: string;
  person_id: string | null;
  sealed_content: Buffer;
  created_at: Date;
};

/** Its WhisperBack id stays with the first ticket, so that the report sent again finds that one. */
async function openFrom(
  trx: Database,
  vault: Vault,
  ticket: TicketRow,
  message: MessageRow,
  key: SealingKey,
  staffId: string,
): Promise<string> {
  const [ticketKey, messageKey] = await Promise.all([
    findSealingKey(trx, ticket.key_id),
    findSealingKey(trx, message.key_id),
  ]);
  const { subject } = JSON.parse(vault.open(messageKey.wrapped_key, "message", message.sealed_content));
  const report = await trx("reports").where({ message_id: message.id }).first();
  const id = await openTicket(trx, vault, {
    key,
    openedAt: message.created_at,
    channel: ticket.channel,
    subject: subject || vault.open(ticketKey.wrapped_key, "subject", ticket.sealed_subject),
    language: ticket.language,
    personId: message.person_id ?? ticket.person_id,
    personProven: false,
    queueId: ticket.queue_id,
    staffId,
    tailsVersion: report?.tails_version,
    installedVersion: report?.installed_version,
    model: report?.model,
    stickHash: report?.stick_hash,
  });
  if (!id) throw new Error("A ticket without WhisperBack id cannot be there already");
  return id;
}

/** So that both tickets can be answered encrypted; of another writer only the keys that came with the message. */
async function copyKeys(
  trx: Database,
  vault: Vault,
  ticket: TicketRow,
  message: MessageRow,
  key: SealingKey,
  newId: string,
): Promise<void> {
  const offered = trx("offered_keys")
    .join("vault_keys", "vault_keys.id", "offered_keys.key_id")
    .join("messages", "messages.id", "offered_keys.message_id")
    .where("offered_keys.ticket_id", ticket.id)
    // A key that a stranger brought must not be taken for the person's own because its mark stayed behind.
    .whereRaw("(messages.id = ? or not messages.marks && array['author not proven', 'another address'])", [
      message.id,
    ])
    .orderBy("offered_keys.id")
    .select("offered_keys.*", "vault_keys.wrapped_key");
  const samePerson = message.person_id === null || message.person_id === ticket.person_id;
  if (!samePerson) offered.where("messages.id", message.id);
  const rows: OfferedKey[] = await offered;
  if (rows.length === 0) return;
  await trx("offered_keys").insert(
    rows.map(({ wrapped_key, sealed_key, fingerprint_hash, source, created_at }) => ({
      ticket_id: newId,
      message_id: message.id,
      key_id: key.id,
      fingerprint_hash,
      source,
      created_at,
      sealed_key: vault.seal(
        key.wrapped_key,
        "public key",
        vault.open(wrapped_key, "public key", sealed_key),
      ),
    })),
  );
}

type OfferedKey = {
  wrapped_key: Buffer;
  sealed_key: Buffer;
  fingerprint_hash: Buffer;
  source: string;
  created_at: Date;
};
