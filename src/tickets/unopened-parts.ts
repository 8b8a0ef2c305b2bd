import { isDeepStrictEqual } from "node:util";
import type { Database } from "../database.ts";
import type { NotRead } from "../mime/not-read.ts";
import type { Vault } from "../vault/vault.ts";
import { lockTickets } from "./change-tickets.ts";
import { recordEvent } from "./record-event.ts";

/** A message in which something looks encrypted, or like a key, and was not read; `reason`: of who decided that it counts no more. */
export type UnopenedMessage = {
  message_id: string;
  found_at: Date;
  decided_at: Date | null;
  decided_by_name: string | null;
  reason: string | null;
};

/** What somebody may decide of it. */
export type Decision = "not ciphertext" | "does not encrypt";

/**
 * Notes that something in a message looks encrypted, or like a key, and was not read: its ticket counts as one of somebody
 * who encrypts until a member of the staff decides otherwise. One statement.
 */
export async function noteUnopened(trx: Database, messageId: string): Promise<void> {
  await trx("unopened_parts").insert({ message_id: messageId }).onConflict("message_id").ignore();
}

/**
 * The same after its mail was read again: nothing is noted any more where all of it was read, and what somebody decided
 * counts for what was there then.
 */
export async function renoteUnopened(
  trx: Database,
  messageId: string,
  { before, now }: { before: NotRead[]; now: NotRead[] },
): Promise<void> {
  if (now.length === 0 || !isDeepStrictEqual(placesOf(before), placesOf(now)))
    await trx("unopened_parts").where({ message_id: messageId }).delete();
  if (now.length > 0) await noteUnopened(trx, messageId);
}

function placesOf(parts: NotRead[]): string[] {
  return parts.map(({ sort, where }) => `${sort}: ${where}`).toSorted();
}

/** The messages of a ticket of which something was not read, in their order. One statement. */
export async function unopenedOf(db: Database, vault: Vault, ticketId: string): Promise<UnopenedMessage[]> {
  const rows = await db("unopened_parts")
    .join("messages", "messages.id", "unopened_parts.message_id")
    .join("vault_keys", "vault_keys.id", "messages.key_id")
    .leftJoin("staff", "staff.id", "unopened_parts.decided_by")
    .where("messages.ticket_id", ticketId)
    .orderBy("message_id")
    .select("unopened_parts.*", "wrapped_key", "staff.name as decided_by_name");
  return rows.map(({ wrapped_key, sealed_reason, ...row }) => ({
    ...row,
    reason: sealed_reason && vault.open(wrapped_key, "reason", sealed_reason),
  }));
}

/**
 * A member of the staff says that what was not read of these messages is no ciphertext, or that the person does not
 * encrypt: it counts no more. What is known of the person stays. Returns how many messages it was said of; the event can
 * be undone.
 */
export async function decideUnopened(
  db: Database,
  vault: Vault,
  decision: { ticketId: string; messageIds: string[]; staffId: string; as: Decision; reason: string },
): Promise<number> {
  const { ticketId, staffId, as, reason } = decision;
  return await db.transaction(async (trx) => {
    await lockTickets(trx, [ticketId]);
    const open = await trx("unopened_parts")
      .join("messages", "messages.id", "unopened_parts.message_id")
      .join("vault_keys", "vault_keys.id", "messages.key_id")
      .where("messages.ticket_id", ticketId)
      .whereIn("message_id", decision.messageIds)
      .whereNull("decided_at")
      .orderBy("message_id")
      .forUpdate("unopened_parts")
      .select<{ message_id: string; wrapped_key: Buffer }[]>("message_id", "wrapped_key");
    if (open.length === 0) return 0;
    for (const { message_id, wrapped_key } of open) {
      await trx("unopened_parts")
        .where({ message_id })
        .update({
          decided_by: staffId,
          decided_at: trx.fn.now(),
          sealed_reason: vault.seal(wrapped_key, "reason", reason),
        });
    }
    const decided = (value: boolean) =>
      Object.fromEntries(open.map(({ message_id }) => [`unopened:${message_id}`, value]));
    await recordEvent(trx, {
      ticketId,
      staffId,
      action: "unopened_decided",
      detail: { as },
      before: decided(false),
      after: decided(true),
    });
    return open.length;
  });
}

/** Takes such a decision back, wherever its message stands by now. */
export async function withdrawDecision(trx: Database, messageId: string): Promise<void> {
  await trx("unopened_parts")
    .where({ message_id: messageId })
    .update({ decided_by: null, decided_at: null, sealed_reason: null });
}
