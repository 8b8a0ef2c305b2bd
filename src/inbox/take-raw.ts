import type { Database } from "../database.ts";
import { addNote } from "../tickets/note.ts";
import { recordEvent } from "../tickets/record-event.ts";
import type { Vault } from "../vault/vault.ts";

/**
 * The raw mail that a message was read from, for somebody who says why; who took it stands in the history, and the reason in
 * a note. Null when there is no copy of it, and then nothing is written.
 */
export async function takeRaw(
  db: Database,
  vault: Vault,
  taking: { ticketId: string; messageId: string; staffId: string; reason: string },
): Promise<Buffer | null> {
  const { ticketId, messageId, staffId, reason } = taking;
  return await db.transaction(async (trx) => {
    const row = await trx("messages")
      .join("mails", "mails.id", "messages.mail_id")
      .join("vault_keys", "vault_keys.id", "mails.key_id")
      .where({ "messages.id": messageId, "messages.ticket_id": ticketId })
      .whereNotNull("sealed_raw")
      .first<{ sealed_raw: Buffer; wrapped_key: Buffer }>("sealed_raw", "wrapped_key");
    if (!row) return null;
    await recordEvent(trx, { ticketId, staffId, action: "raw_taken", detail: { message: messageId } });
    await addNote(trx, vault, { ticketId, staffId, text: reason, about: messageId });
    return vault.openBytes(row.wrapped_key, "raw", row.sealed_raw);
  });
}
