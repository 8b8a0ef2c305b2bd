import { type Database, sendTogether } from "../database.ts";
import { addSealingKey, findSealingKey, type SealingKey } from "../vault/sealing-keys.ts";
import type { Vault } from "../vault/vault.ts";
import { isId } from "../web/is-id.ts";
import { statusColumns } from "./change-status.ts";
import { changeTickets, lockTickets } from "./change-tickets.ts";
import { moveMessages } from "./move-messages.ts";
import { openTicket } from "./open.ts";
import { copyReads } from "./reads.ts";
import { recordEvent } from "./record-event.ts";
import { resealMessage } from "./reseal-message.ts";

export type SplitRefusal =
  | "not there"
  | "none chosen"
  /** A ticket without a message is none. */
  | "nothing left"
  | "not from a user"
  /** An answer goes to one person: the others would never be answered. */
  | "several people";
export type Split = { ok: true; ticketId: string } | { ok: false; reason: SplitRefusal };

/**
 * Makes one ticket of its own from some messages of a user, in their order: sealed under a new key, with attachments, reports
 * and search documents, in the same queue. Keys of the person are known on both then.
 */
export async function splitMessages(
  db: Database,
  vault: Vault,
  split: { ticketId: string; messageIds: string[]; staffId: string },
): Promise<Split> {
  if (split.messageIds.length === 0) return { ok: false, reason: "none chosen" };
  if (!split.messageIds.every(isId)) return { ok: false, reason: "not there" };
  return await db.transaction(async (trx): Promise<Split> => {
    await lockTickets(trx, [split.ticketId]);
    const ticket: TicketRow | undefined = await trx("tickets").where({ id: split.ticketId }).first();
    const messages: MessageRow[] = await trx("messages")
      .where({ ticket_id: split.ticketId })
      .whereIn("id", split.messageIds)
      .orderBy("id");
    const [first] = messages;
    if (!ticket || !first || messages.length < new Set(split.messageIds).size)
      return { ok: false, reason: "not there" };
    const reason = refusal(ticket, messages, await isMoreThan(trx, ticket.id, split.messageIds));
    if (reason) return { ok: false, reason };

    const key = await addSealingKey(trx, vault);
    const newId = await openFrom(trx, vault, ticket, first, messages, key, split.staffId);
    for (const message of messages) await resealMessage(trx, vault, message.id, key);
    await copyKeys(trx, vault, ticket, messages, key, newId);
    const messageIds = messages.map(({ id }) => id);
    await moveMessages(trx, { messageIds, fromId: ticket.id, toId: newId, offeredKeyIds: [] });
    await copyReads(trx, ticket.id, newId);
    await recordEvent(trx, {
      ticketId: ticket.id,
      staffId: split.staffId,
      action: "split",
      detail: {
        ticket: newId,
        count: String(messages.length),
        messages: messageIds.join(","),
        keys: messages.map(({ key_id }) => key_id).join(","),
      },
      before: { [`split:${newId}`]: false },
      after: { [`split:${newId}`]: true },
    });
    const detail = { ticket: ticket.id, count: String(messages.length) };
    await recordEvent(trx, { ticketId: newId, staffId: split.staffId, action: "split_from", detail });
    return { ok: true, ticketId: newId };
  });
}

/**
 * Puts split messages back, each sealed as before; the other ticket stays as a merged one. False: something was done on that
 * ticket since.
 */
export async function unsplitMessages(
  trx: Database,
  vault: Vault,
  split: {
    ticketId: string;
    newId: string;
    messageIds: string[];
    keyIds: string[];
    staffId: string;
    undoes: string;
  },
): Promise<boolean> {
  const { ticketId, newId, messageIds, staffId } = split;
  await lockTickets(trx, [ticketId, newId]);
  const untouched = await trx("tickets")
    .where({ id: newId, message_count: messageIds.length })
    .whereNull("merged_into")
    .whereNotExists(
      trx("ticket_events").where({ ticket_id: newId }).whereNotIn("action", ["opened", "split_from"]),
    )
    .first("id");
  const still = await trx("messages").where({ ticket_id: newId }).whereIn("id", messageIds).pluck("id");
  const here = await trx("tickets").where({ id: ticketId }).whereNull("merged_into").first("id");
  if (!untouched || !here || still.length < messageIds.length) return false;

  for (const [place, messageId] of messageIds.entries())
    await resealMessage(trx, vault, messageId, await findSealingKey(trx, split.keyIds[place] ?? ""));
  await trx("offered_keys").where({ ticket_id: newId }).delete();
  await moveMessages(trx, { messageIds, fromId: newId, toId: ticketId, offeredKeyIds: [] });
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
    detail: { action: "split", ticket: newId, count: String(messageIds.length) },
    before: { [`split:${newId}`]: true },
    after: { [`split:${newId}`]: false },
    undoes: split.undoes,
  });
  return true;
}

/** What the desk acknowledged by itself makes no ticket. */
async function isMoreThan(trx: Database, ticketId: string, messageIds: string[]): Promise<boolean> {
  const other = await trx("messages")
    .where({ ticket_id: ticketId })
    .whereNotIn("id", messageIds)
    .whereNot({ kind: "acknowledgement" })
    .first("id");
  return other !== undefined;
}

function refusal(ticket: TicketRow, messages: MessageRow[], leavesSome: boolean): SplitRefusal | null {
  if (messages.some(({ kind }) => kind !== "from_user")) return "not from a user";
  if (!leavesSome) return "nothing left";
  const people = new Set(messages.map(({ person_id }) => person_id ?? ticket.person_id));
  return people.size > 1 ? "several people" : null;
}

type TicketRow = {
  id: string;
  key_id: string;
  queue_id: string;
  language: string | null;
  channel: "whisperback" | "mail" | "phone" | "chat" | "in_person";
  person_id: string | null;
  recipient_open: boolean;
  sealed_subject: Buffer;
};
type MessageRow = {
  id: string;
  kind: string;
  key_id: string;
  person_id: string | null;
  reply_to_hash: Buffer | null;
  sealed_content: Buffer;
  created_at: Date;
};

/** What the first report says stands on it. The WhisperBack id stays with the first ticket: the report sent again finds that one. */
async function openFrom(
  trx: Database,
  vault: Vault,
  ticket: TicketRow,
  message: MessageRow,
  messages: MessageRow[],
  key: SealingKey,
  staffId: string,
): Promise<string> {
  const [ticketKey, messageKey] = await sendTogether([
    findSealingKey(trx, ticket.key_id),
    findSealingKey(trx, message.key_id),
  ]);
  const { subject } = JSON.parse(vault.open(messageKey.wrapped_key, "message", message.sealed_content));
  const report = await trx("reports")
    .whereIn(
      "message_id",
      messages.map(({ id }) => id),
    )
    .orderBy("message_id")
    .first();
  const id = await openTicket(trx, vault, {
    key,
    openedAt: message.created_at,
    channel: ticket.channel,
    subject: subject || vault.open(ticketKey.wrapped_key, "subject", ticket.sealed_subject),
    language: ticket.language,
    personId: message.person_id ?? ticket.person_id,
    personProven: false,
    recipientOpen: await isToChoose(trx, ticket, message),
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

/** The first message goes back to its own sender: whoever was chosen in their place has to be chosen here too. */
async function isToChoose(trx: Database, ticket: TicketRow, message: MessageRow): Promise<boolean> {
  if (ticket.recipient_open || message.reply_to_hash) return true;
  const changed = await trx("ticket_events")
    .where({ ticket_id: ticket.id, action: "person_changed" })
    .first("id");
  return changed !== undefined;
}

/** So that both tickets can be answered encrypted; of another writer only the keys that came with the messages. */
async function copyKeys(
  trx: Database,
  vault: Vault,
  ticket: TicketRow,
  messages: MessageRow[],
  key: SealingKey,
  newId: string,
): Promise<void> {
  const ids = messages.map(({ id }) => id);
  const offered = trx("offered_keys")
    .join("vault_keys", "vault_keys.id", "offered_keys.key_id")
    .join("messages", "messages.id", "offered_keys.message_id")
    .where("offered_keys.ticket_id", ticket.id)
    .whereNull("offered_keys.refused_at")
    // A key that a stranger brought must not be taken for the person's own because its mark stayed behind.
    .whereRaw(
      "(messages.id = any(?::bigint[]) or not messages.marks && array['author not proven', 'another address'])",
      [`{${ids.join(",")}}`],
    )
    .orderBy("offered_keys.id")
    .select("offered_keys.*", "vault_keys.wrapped_key");
  const samePerson = messages.every(({ person_id }) => person_id === null || person_id === ticket.person_id);
  if (!samePerson) offered.whereIn("messages.id", ids);
  const rows: OfferedKey[] = await offered;
  if (rows.length === 0) return;
  await trx("offered_keys").insert(
    rows.map(({ wrapped_key, sealed_key, sealed_facts, ...row }) => {
      const reseal = (purpose: string, sealed: Buffer) =>
        vault.seal(key.wrapped_key, purpose, vault.open(wrapped_key, purpose, sealed));
      return {
        person_id: row.person_id,
        ticket_id: newId,
        // A key that came with one of them keeps the mark of that one.
        message_id: ids.includes(row.message_id) ? row.message_id : ids[0],
        key_id: key.id,
        fingerprint_hash: row.fingerprint_hash,
        source: row.source,
        also: row.also,
        created_at: row.created_at,
        sealed_key: reseal("public key", sealed_key),
        sealed_facts: sealed_facts && reseal("key facts", sealed_facts),
      };
    }),
  );
}

type OfferedKey = {
  message_id: string;
  wrapped_key: Buffer;
  sealed_key: Buffer;
  fingerprint_hash: Buffer;
  sealed_facts: Buffer | null;
  person_id: string | null;
  source: string;
  also: string[] | null;
  created_at: Date;
};
