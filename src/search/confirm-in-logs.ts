import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";

/** Those of these tickets in whose logs or text attachments each phrase stands, whatever its case and kind of space. */
export async function confirmInLogs(
  db: Database,
  vault: Vault,
  ticketIds: string[],
  phrases: string[],
): Promise<Set<string>> {
  const wanted = phrases.map(plainLine);
  const texts = await readLogTexts(db, vault, ticketIds);
  const confirmed = ticketIds.filter((id) => {
    const lines = (texts.get(id) ?? []).map(plainLine);
    return wanted.every((phrase) => lines.some((line) => line.includes(phrase)));
  });
  return new Set(confirmed);
}

/** The opened logs and text attachments of some tickets. Two statements. */
export async function readLogTexts(
  db: Database,
  vault: Vault,
  ticketIds: string[],
): Promise<Map<string, string[]>> {
  const texts = new Map<string, string[]>();
  if (ticketIds.length === 0) return texts;
  const add = (id: string, more: string[]) => texts.set(id, [...(texts.get(id) ?? []), ...more]);
  const reports: { ticket_id: string; wrapped_key: Buffer; sealed_logs: Buffer }[] = await db("messages")
    .join("reports", "reports.message_id", "messages.id")
    .join("vault_keys", "vault_keys.id", "messages.key_id")
    .whereIn("ticket_id", ticketIds)
    .whereNotNull("sealed_logs")
    .select("ticket_id", "wrapped_key", "sealed_logs");
  for (const { ticket_id, wrapped_key, sealed_logs } of reports) {
    const sections: { text: string }[] = JSON.parse(vault.open(wrapped_key, "logs", sealed_logs));
    add(
      ticket_id,
      sections.map(({ text }) => text),
    );
  }
  const files: { ticket_id: string; wrapped_key: Buffer; sealed_bytes: Buffer }[] = await db("messages")
    .join("attachments", "attachments.message_id", "messages.id")
    .join("vault_keys", "vault_keys.id", "messages.key_id")
    .whereIn("ticket_id", ticketIds)
    .whereLike("content_type", "text/%")
    .where("size_bytes", "<=", largestFile)
    .select("ticket_id", "wrapped_key", "sealed_bytes");
  for (const { ticket_id, wrapped_key, sealed_bytes } of files) {
    add(ticket_id, [vault.openBytes(wrapped_key, "attachment", sealed_bytes).toString()]);
  }
  return texts;
}

const largestFile = 2_000_000;

function plainLine(text: string): string {
  return text.toLowerCase().replace(/\s+/g, " ");
}
