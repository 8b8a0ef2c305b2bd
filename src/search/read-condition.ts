import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import type { Asker } from "./field-sql.ts";
import type { Query, QueryMistake } from "./query.ts";
import { orMistake } from "./query-mistake.ts";
import { readQuery } from "./read-query.ts";
import { type TicketCondition, ticketCondition } from "./ticket-condition.ts";

/** What was typed, as a search and as the condition that it puts on a ticket, or what is wrong with it. */
export async function readCondition(
  db: Database,
  vault: Vault,
  typed: string,
  asker: Asker,
): Promise<{ ok: true; query: Query; condition: TicketCondition } | { ok: false; mistake: QueryMistake }> {
  const read = readQuery(typed);
  if (!read.ok) return read;
  const found = await orMistake(ticketCondition(db, vault, read.query, asker));
  return found.ok ? { ok: true, query: read.query, condition: found.value } : found;
}
