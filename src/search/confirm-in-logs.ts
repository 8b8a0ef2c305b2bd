import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";

/** Whether each phrase stands in the logs or text attachments of a ticket, without regard to case and kind of space. */
export async function confirmInLogs(
  db: Database,
  vault: Vault,
  ticketId: string,
  phrases: string[],
): Promise<boolean> {
  const texts = await readLogTexts(db, vault, ticketId);
  return phrases.every((phrase) => texts.some((text) => plainLine(text).includes(plainLine(phrase))));
}

/** The opened logs and text attachments of a ticket. */
export async function readLogTexts(db: Database, vault: Vault, ticketId: string): Promise<string[]> {
  const reports: { wrapped_key: Buffer; sealed_logs: Buffer }[] = await db("messages")
    .join("reports", "reports.message_id", "messages.id")
    .join("vault_keys", "vault_keys.id", "messages.key_id")
    .where({ ticket_id: ticketId })
    .whereNotNull("sealed_logs")
    .select("wrapped_key", "sealed_logs");
  const files: { wrapped_key: Buffer; sealed_bytes: Buffer }[] = await db("messages")
    .join("attachments", "attachments.message_id", "messages.id")
    .join("vault_keys", "vault_keys.id", "messages.key_id")
    .where({ ticket_id: ticketId })
    .whereLike("content_type", "text/%")
    .where("size_bytes", "<=", largestFile)
    .select("wrapped_key", "sealed_bytes");
  return [
    ...reports.flatMap(({ wrapped_key, sealed_logs }) => {
      const sections: { text: string }[] = JSON.parse(vault.open(wrapped_key, "logs", sealed_logs));
      return sections.map(({ text }) => text);
    }),
    ...files.map(({ wrapped_key, sealed_bytes }) =>
      vault.openBytes(wrapped_key, "attachment", sealed_bytes).toString(),
    ),
  ];
}

const largestFile = 2_000_000;

function plainLine(text: string): string {
  return text.toLowerCase().replace(/\s+/g, " ");
}
