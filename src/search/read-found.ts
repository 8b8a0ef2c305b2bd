import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { readLogTexts } from "./confirm-in-logs.ts";
import { type Piece, snippetOf } from "./snippet.ts";
import { unreadSql } from "./unread-sql.ts";

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
  /** The ticket to which it probably belongs; null: nothing says so, or somebody decided. */
  probably_of: string | null;
  /** Somebody else wrote since the reader was shown it. */
  unread: boolean;
};

/** Tickets by id, in this order, with their subjects opened. One statement. */
export async function readFound(
  db: Database,
  vault: Vault,
  ids: string[],
  readerId: string,
): Promise<FoundTicket[]> {
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
      db.raw(`coalesce(${unreadSql("?")}, false) as unread`, [readerId, readerId, readerId]),
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
  const snippets: Snippets = new Map();
  for (const { ticket_id, kind, sealed_content, wrapped_key } of rows) {
    if (snippets.get(ticket_id)?.isMarked) continue;
    const { text }: { text: string } = JSON.parse(vault.open(wrapped_key, "message", sealed_content));
    const pieces = snippetOf(text, wanted);
    const isMarked = pieces.some(({ marked }) => marked);
    if (isMarked || !snippets.has(ticket_id))
      snippets.set(ticket_id, { where: places[kind] ?? "", pieces, isMarked });
  }
  if (wanted.size === 0) return snippets;
  const unmarked = () => ids.filter((id) => !snippets.get(id)?.isMarked);
  markFirst(snippets, wanted, "Workaround", await readWorkarounds(db, vault, unmarked()));
  markFirst(snippets, wanted, "Logs", await readLogTexts(db, vault, unmarked().slice(0, mostLogs)));
  return snippets;
}

type Snippets = Map<string, { where: string; pieces: Piece[]; isMarked: boolean }>;

/** The first of a ticket's texts that has one of the words takes the place of what no word was found in. */
function markFirst(
  snippets: Snippets,
  wanted: Set<string>,
  where: string,
  texts: Map<string, string[]>,
): void {
  for (const [id, each] of texts) {
    for (const text of each) {
      const pieces = snippetOf(text, wanted);
      if (!pieces.some(({ marked }) => marked)) continue;
      snippets.set(id, { where, pieces, isMarked: true });
      break;
    }
  }
}

type MessageRow = { ticket_id: string; kind: string; sealed_content: Buffer; wrapped_key: Buffer };

const mostMessages = 8;
const mostLogs = 15;
const places: Record<string, string> = { answer: "Our answer", note: "Note", bounce: "Mail server" };

async function readWorkarounds(db: Database, vault: Vault, ids: string[]): Promise<Map<string, string[]>> {
  if (ids.length === 0) return new Map();
  const rows: { id: string; sealed_workaround: Buffer; wrapped_key: Buffer }[] = await db("tickets")
    .join("vault_keys", "vault_keys.id", "tickets.key_id")
    .whereIn("tickets.id", ids)
    .whereNotNull("sealed_workaround")
    .select("tickets.id", "sealed_workaround", "wrapped_key");
  return new Map(
    rows.map(({ id, sealed_workaround, wrapped_key }) => [
      id,
      [vault.open(wrapped_key, "workaround", sealed_workaround)],
    ]),
  );
}
