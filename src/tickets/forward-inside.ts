import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { isId } from "../web/is-id.ts";
import { addNote } from "./note.ts";
import { recordEvent } from "./record-event.ts";

export type Forwarded =
  | { ok: true; noteId: string }
  | { ok: false; reason: "to nobody" | "nobody of that name" | "no such message" | "merged" };

/**
 * Brings a message of a ticket before colleagues, by a note that says why and stands in their mentions. The owner stays,
 * nothing leaves the desk, and whose turn it is does not change.
 */
export async function forwardInside(
  db: Database,
  vault: Vault,
  given: { ticketId: string; staffId: string; messageId: string; toStaffIds: string[]; note: string },
): Promise<Forwarded> {
  const { ticketId, staffId, messageId } = given;
  const wanted = [...new Set(given.toStaffIds)];
  if (wanted.length === 0) return { ok: false, reason: "to nobody" };
  if (!wanted.every(isId)) return { ok: false, reason: "nobody of that name" };
  if (!isId(messageId)) return { ok: false, reason: "no such message" };
  return await db.transaction(async (trx): Promise<Forwarded> => {
    const ticket = await trx("tickets").where({ id: ticketId }).forNoKeyUpdate().first("merged_into");
    if (!ticket || ticket.merged_into) return { ok: false, reason: "merged" };
    const message = await trx("messages").where({ id: messageId, ticket_id: ticketId }).first("id");
    if (!message) return { ok: false, reason: "no such message" };
    const colleagues: { id: string; name: string }[] = await trx("staff")
      .whereIn("id", wanted)
      .whereNull("disabled_at")
      .orderBy("name")
      .select("id", "name");
    if (colleagues.length < wanted.length) return { ok: false, reason: "nobody of that name" };

    const text = given.note.trim() || "Please look at this.";
    const noteId = await addNote(trx, vault, { ticketId, staffId, text, about: messageId });
    await trx("mentions")
      .insert(colleagues.map(({ id }) => ({ message_id: noteId, staff_id: id })))
      .onConflict()
      .ignore();
    await recordEvent(trx, {
      ticketId,
      staffId,
      action: "forwarded",
      detail: { to: colleagues.map(({ name }) => name).join(", ") },
      before: { [`forwarded:${noteId}`]: false },
      after: { [`forwarded:${noteId}`]: true },
    });
    return { ok: true, noteId };
  });
}

/** Takes a note out of the mentions of those who have not read it; the note stays on the ticket. */
export async function callBack(trx: Database, noteId: string): Promise<void> {
  await trx("mentions").where({ message_id: noteId }).whereNull("read_at").delete();
}
