import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { readLogTexts } from "./confirm-in-logs.ts";
import { type Piece, snippetOf } from "./snippet.ts";

/** A ticket as a page of results shows it. */
export type FoundTicket = {
  id: string;
  subject: string;
  status: string;
  queue_name: string;
  tails_version: string | null;
  model: string | null;
  message_count: number;
  owner_id: string | null;
  owner_name: string | null;
  our_turn_since: Date | null;
  opened_at: Date;
  last_message_at: Date;
  promise_hours: number;
};

/** Tickets by id, in this order, with their subjects opened. One statement. */
export async function readFound(db: Database, vault: Vault, ids: string[]): Promise<FoundTicket[]> {
  const rows = await db("tickets")
    .join("vault_keys", "vault_keys.id", "tickets.key_id")
    .join("queues", "queues.id", "tickets.queue_id")
    .leftJoin("staff", "staff.id", "tickets.owner_id")
    .whereIn("tickets.id", ids)
    .select(
      "tickets.*",
      "wrapped_key",
      "queues.name as queue_name",
      "promise_hours",
      "staff.name as owner_name",
    );
  const byId = new Map<string, FoundTicket>(
    rows.map(({ wrapped_key, sealed_subject, ...ticket }) => [
      ticket.id,
      { ...ticket, subject: vault.open(wrapped_key, "subject", sealed_subject) },
    ]),
  );
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/**
 * Where the words stand in each of these tickets, made from their opened messages; in logs, when no message has them.
 * Of a ticket with many messages the first ones are looked at.
 */
export async function readSnippets(
  db: Database,
  vault: Vault,
  ids: string[],
  lexemes: string[],
): Promise<Map<string, { where: string; pieces: Piece[] }>> {
  const wanted = new Set(lexemes);
  const rows: MessageRow[] = await db
    .from(
      db("messages")
        .whereIn("ticket_id", ids)
        .select("*", db.raw("row_number() over (partition by ticket_id order by id) as place"))
        .as("messages"),
    )
    .join("vault_keys", "vault_keys.id", "messages.key_id")
    .where("place", "<=", mostMessages)
    .orderBy("messages.id")
    .select("ticket_id", "kind", "sealed_content", "wrapped_key");
  const snippets = new Map<string, { where: string; pieces: Piece[]; isMarked: boolean }>();
  for (const { ticket_id, kind, sealed_content, wrapped_key } of rows) {
    if (snippets.get(ticket_id)?.isMarked) continue;
    const { text }: { text: string } = JSON.parse(vault.open(wrapped_key, "message", sealed_content));
    const pieces = snippetOf(text, wanted);
    const isMarked = pieces.some(({ marked }) => marked);
    if (isMarked || !snippets.has(ticket_id))
      snippets.set(ticket_id, { where: places[kind] ?? "", pieces, isMarked });
  }
  if (wanted.size > 0) {
    await lookIntoWorkarounds(db, vault, wanted, ids, snippets);
    await lookIntoLogs(db, vault, wanted, ids, snippets);
  }
  return snippets;
}

type MessageRow = { ticket_id: string; kind: string; sealed_content: Buffer; wrapped_key: Buffer };

const mostMessages = 8;
const mostLogs = 15;
const places: Record<string, string> = { answer: "Our answer", note: "Note", bounce: "Mail server" };

async function lookIntoWorkarounds(
  db: Database,
  vault: Vault,
  wanted: Set<string>,
  ids: string[],
  snippets: Map<string, { where: string; pieces: Piece[]; isMarked: boolean }>,
): Promise<void> {
  const unmarked = ids.filter((id) => !snippets.get(id)?.isMarked);
  if (unmarked.length === 0) return;
  const rows: { id: string; sealed_workaround: Buffer; wrapped_key: Buffer }[] = await db("tickets")
    .join("vault_keys", "vault_keys.id", "tickets.key_id")
    .whereIn("tickets.id", unmarked)
    .whereNotNull("sealed_workaround")
    .select("tickets.id", "sealed_workaround", "wrapped_key");
  for (const { id, sealed_workaround, wrapped_key } of rows) {
    const pieces = snippetOf(vault.open(wrapped_key, "workaround", sealed_workaround), wanted);
    if (pieces.some(({ marked }) => marked))
      snippets.set(id, { where: "Workaround", pieces, isMarked: true });
  }
}

async function lookIntoLogs(
  db: Database,
  vault: Vault,
  wanted: Set<string>,
  ids: string[],
  snippets: Map<string, { where: string; pieces: Piece[]; isMarked: boolean }>,
): Promise<void> {
  const unmarked = ids.filter((id) => !snippets.get(id)?.isMarked).slice(0, mostLogs);
  const texts = await readLogTexts(db, vault, unmarked);
  for (const id of unmarked) {
    for (const text of texts.get(id) ?? []) {
      const pieces = snippetOf(text, wanted);
      if (!pieces.some(({ marked }) => marked)) continue;
      snippets.set(id, { where: "Logs", pieces, isMarked: true });
      break;
    }
  }
}
