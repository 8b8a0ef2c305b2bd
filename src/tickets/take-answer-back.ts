import type { Database } from "../database.ts";
import { takeMailBack } from "../outbox/take-back.ts";
import type { Vault } from "../vault/vault.ts";
import { isId } from "../web/is-id.ts";
import { changeTickets } from "./change-tickets.ts";
import { readDraft, saveDraft } from "./drafts.ts";
import { readState } from "./merge.ts";
import { recount } from "./move-messages.ts";
import { recordEvent } from "./record-event.ts";
import { restoredColumns } from "./restore.ts";
import { type StateChange, turnColumns } from "./ticket-state.ts";

export type TakenBack =
  | { ok: true; ticketId: string }
  /** "too late": it has left, or leaves right now. */
  | { ok: false; reason: "not there" | "not yours" | "too late" };

/**
 * Takes an answer back before it leaves: it becomes its writer's draft again, and whose turn it is goes back to what it
 * was, unless that changed since.
 */
export async function takeAnswerBack(
  db: Database,
  vault: Vault,
  messageId: string,
  staffId: string,
): Promise<TakenBack> {
  if (!isId(messageId)) return { ok: false, reason: "not there" };
  return await db.transaction(async (trx): Promise<TakenBack> => {
    const known = await trx("messages")
      .where({ id: messageId, kind: "answer" })
      .first("ticket_id", "staff_id");
    if (!known) return { ok: false, reason: "not there" };
    if (known.staff_id !== staffId) return { ok: false, reason: "not yours" };
    await trx("tickets").where({ id: known.ticket_id }).forNoKeyUpdate().first("id");
    const message = await trx("messages")
      .join("vault_keys", "vault_keys.id", "messages.key_id")
      .where({ "messages.id": messageId, ticket_id: known.ticket_id })
      .first("ticket_id", "sealed_content", "wrapped_key");
    if (!message || !(await takeMailBack(trx, messageId))) return { ok: false, reason: "too late" };

    const ticketId: string = message.ticket_id;
    const { text } = JSON.parse(vault.open(message.wrapped_key, "message", message.sealed_content));
    const begun = await readDraft(trx, vault, ticketId, staffId);
    await saveDraft(trx, vault, { ticketId, staffId, text: begun ? `${text}\n\n${begun.text}` : text });
    await trx("search_documents").where({ message_id: messageId }).delete();
    await trx("messages").where({ id: messageId }).delete();
    await recount(trx, [ticketId]);
    await restoreTurn(trx, ticketId, messageId, staffId);
    return { ok: true, ticketId };
  });
}

async function restoreTurn(
  trx: Database,
  ticketId: string,
  messageId: string,
  staffId: string,
): Promise<void> {
  const answered: { id: string; before: StateChange | null; after: StateChange | null } | undefined =
    await trx("ticket_events")
      .where({ ticket_id: ticketId, action: "answered" })
      .whereRaw("detail ->> 'message_id' = ?", [messageId])
      .first("id", "before", "after");
  const now = (await readState(trx, ticketId)) ?? {};
  const { before, after } = answered ?? {};
  const taken = { staffId, action: "taken_back", detail: { message_id: messageId } };
  const unchanged = turnColumns.every((key) => !after || !(key in after) || after[key] === now[key]);
  if (!answered || !before || !after || !unchanged) {
    await recordEvent(trx, { ...taken, ticketId });
    return;
  }
  await changeTickets(trx, [ticketId], {
    ...taken,
    set: restoredColumns(trx, before),
    tells: "status",
    undoes: answered.id,
  });
}
