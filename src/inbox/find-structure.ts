import type { Database } from "../database.ts";
import type { MessageContent } from "../tickets/ticket.ts";
import type { Vault } from "../vault/vault.ts";

/** A message that came by mail, with what its page tells of how the mail was read. */
export type Structure = {
  id: string;
  mail_id: string;
  created_at: Date;
  content: MessageContent;
  has_report: boolean;
  /** In the order in which they were read. */
  files: { id: string; filename: string; size: number }[];
  has_raw: boolean;
  /** When the raw copy went; null: it is there, or went before this was noted. */
  raw_gone_at: Date | null;
};

/** How the mail of a message was read; null when no such message of this ticket came by mail. Two statements. */
export async function findStructure(
  db: Database,
  vault: Vault,
  ticketId: string,
  messageId: string,
): Promise<Structure | null> {
  const row = await db("messages")
    .join("vault_keys", "vault_keys.id", "messages.key_id")
    .join("mails", "mails.id", "messages.mail_id")
    .where({ "messages.id": messageId, "messages.ticket_id": ticketId })
    .first(
      "messages.id",
      "messages.mail_id",
      "messages.created_at",
      "sealed_content",
      "wrapped_key",
      "raw_gone_at",
      db.raw("sealed_raw is not null as has_raw"),
      db.raw("exists (select from reports where message_id = messages.id) as has_report"),
    );
  if (!row) return null;
  const { sealed_content, wrapped_key, ...message } = row;
  const files = await db("attachments")
    .where({ message_id: messageId })
    .orderBy("position")
    .select("id", "sealed_filename", "size_bytes");
  return {
    ...message,
    content: JSON.parse(vault.open(wrapped_key, "message", sealed_content)),
    files: files.map(({ id, sealed_filename, size_bytes }) => ({
      id,
      filename: vault.open(wrapped_key, "filename", sealed_filename),
      size: Number(size_bytes),
    })),
  };
}
