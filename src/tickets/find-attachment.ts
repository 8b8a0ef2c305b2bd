import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";

/** An attachment of this ticket, opened; null when there is none with this id on it. */
export async function findAttachment(
  db: Database,
  vault: Vault,
  ticketId: string,
  attachmentId: string,
): Promise<{ filename: string; bytes: Buffer } | null> {
  const row = await db("attachments")
    .join("messages", "messages.id", "attachments.message_id")
    .join("vault_keys", "vault_keys.id", "messages.key_id")
    .where({ "messages.ticket_id": ticketId, "attachments.id": attachmentId })
    .first<{ sealed_filename: Buffer; sealed_bytes: Buffer; wrapped_key: Buffer }>(
      "sealed_filename",
      "sealed_bytes",
      "wrapped_key",
    );
  if (!row) return null;
  return {
    filename: vault.open(row.wrapped_key, "filename", row.sealed_filename),
    bytes: vault.openBytes(row.wrapped_key, "attachment", row.sealed_bytes),
  };
}
