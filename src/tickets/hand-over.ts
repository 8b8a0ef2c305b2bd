import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { isId } from "../web/is-id.ts";
import { changeTickets } from "./change-tickets.ts";
import { addNote } from "./note.ts";

export type HandedOver = { ok: true } | { ok: false; reason: "nobody of that name" | "owns it already" };

/**
 * Makes another member of the staff the owner, whoever is it now, with a note for them; it stands on their start page as
 * a mention. An empty note is none.
 */
export async function handOver(
  db: Database,
  vault: Vault,
  given: { ticketId: string; staffId: string; toStaffId: string; note: string },
): Promise<HandedOver> {
  if (!isId(given.toStaffId)) return { ok: false, reason: "nobody of that name" };
  return await db.transaction(async (trx): Promise<HandedOver> => {
    const to = await trx("staff").where({ id: given.toStaffId }).whereNull("disabled_at").first("id");
    if (!to) return { ok: false, reason: "nobody of that name" };
    const changed = await changeTickets(trx, [given.ticketId], {
      staffId: given.staffId,
      action: "handed_over",
      set: { owner_id: to.id },
      tells: "owner",
    });
    if (changed.length === 0) return { ok: false, reason: "owns it already" };
    if (given.note.trim() !== "") {
      const { ticketId, staffId, note } = given;
      const messageId = await addNote(trx, vault, { ticketId, staffId, text: note });
      await trx("mentions").insert({ message_id: messageId, staff_id: to.id }).onConflict().ignore();
    }
    return { ok: true };
  });
}
