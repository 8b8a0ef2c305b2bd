import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import type { LogPhrases } from "./compile-query.ts";
import type { Sql } from "./field-sql.ts";

/**
 * Those of these tickets that a search with phrases in logs finds. The logs and text attachments of those that it does not
 * find anyway are opened, some at once. Whatever their case and kind of space, phrases are the same.
 */
export async function confirmInLogs(
  db: Database,
  vault: Vault,
  ticketIds: string[],
  { texts, surely, exactly }: LogPhrases,
): Promise<{ found: Set<string>; opened: number }> {
  const found = new Set(surely && (await narrowed(db, ticketIds, surely)));
  const unsure = ticketIds.filter((id) => !found.has(id));
  for (let from = 0; from < unsure.length; from += openedAtOnce) {
    const some = unsure.slice(from, from + openedAtOnce);
    const standsIn = whereTheyStand(await readLogTexts(db, vault, some), texts);
    for (const id of await narrowed(db, some, exactly(standsIn))) found.add(id);
  }
  return { found, opened: unsure.length };
}

const openedAtOnce = 30;

async function narrowed(db: Database, ids: string[], { sql, bindings }: Sql): Promise<string[]> {
  if (ids.length === 0) return [];
  return await db("tickets").whereIn("tickets.id", ids).whereRaw(`(${sql})`, bindings).pluck("tickets.id");
}

function whereTheyStand(opened: Map<string, string[]>, phrases: string[]): (phrase: string) => string[] {
  const ids = new Map(phrases.map((phrase): [string, string[]] => [phrase, []]));
  for (const [id, texts] of opened) {
    const plain = texts.map(plainLine);
    for (const [phrase, those] of ids) {
      if (plain.some((text) => text.includes(plainLine(phrase)))) those.push(id);
    }
  }
  return (phrase) => ids.get(phrase) ?? [];
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
