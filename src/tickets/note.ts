import type { Database } from "../database.ts";
import { indexMessage } from "../search/index-message.ts";
import { findSealingKey } from "../vault/sealing-keys.ts";
import type { Vault } from "../vault/vault.ts";
import { addMessage } from "./add-message.ts";
import { recordMentions } from "./mentions.ts";

/** Adds an internal note, which never leaves the desk and changes nobody's turn. Returns its id; @name calls somebody; `about`: another message. */
export async function addNote(
  db: Database,
  vault: Vault,
  note: { ticketId: string; staffId: string; text: string; about?: string },
): Promise<string> {
  return await db.transaction(async (trx) => {
    const ticket = await trx("tickets")
      .where({ id: note.ticketId })
      .first<{ key_id: string; language: string | null }>();
    if (!ticket) throw new Error("The ticket of this note disappeared");
    const key = await findSealingKey(trx, ticket.key_id);
    const { ticketId, staffId } = note;
    const messageId = await addMessage(trx, vault, {
      ticketId,
      key,
      kind: "note",
      staffId,
      content: { text: note.text, ...(note.about ? { about: note.about } : {}) },
    });
    await indexMessage(trx, vault, {
      id: messageId,
      ticketId,
      language: ticket.language,
      texts: [{ weight: "C", text: note.text }],
    });
    await recordMentions(trx, messageId, note.text);
    return messageId;
  });
}
