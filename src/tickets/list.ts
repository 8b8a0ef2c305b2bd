import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import type { Channel, TicketStatus } from "./ticket.ts";

/** Which tickets a list shows. "our_turn": new and open, the longest waiting first; the others: newest message first. */
export type TicketFilter = {
  status: "our_turn" | "any" | TicketStatus;
  queueId: string | null;
  ownerId: string | null;
};

/** Where the page before ended: time in microseconds as PostgreSQL writes it, and id. */
export type TicketCursor = { time: string; id: string };

export type ListedTicket = {
  id: string;
  subject: string;
  status: TicketStatus;
  queue_id: string;
  queue_name: string;
  /** Within how many hours its queue promises an answer. */
  promise_hours: number;
  channel: Channel;
  tails_version: string | null;
  model: string | null;
  message_count: number;
  owner_id: string | null;
  owner_name: string | null;
  our_turn_since: Date | null;
  last_message_at: Date;
};

export const ticketsPerPage = 50;

/** One page of tickets and where the next one begins (null: this is the last). One statement, by an index. */
export async function listTickets(
  db: Database,
  vault: Vault,
  filter: TicketFilter,
  after: TicketCursor | null,
): Promise<{ tickets: ListedTicket[]; next: TicketCursor | null }> {
  const ourTurn = filter.status === "our_turn";
  const time = ourTurn ? "our_turn_since" : "last_message_at";
  const page = filtered(db, filter)
    .select(
      "tickets.*",
      db.raw(`to_char(${time} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as cursor_time`),
    )
    .limit(ticketsPerPage + 1);
  if (after)
    page.whereRaw(`(${time}, id) ${ourTurn ? ">" : "<"} (?::timestamptz, ?::bigint)`, [after.time, after.id]);

  // The names are joined to the rows of one page alone, so that the index decides the order.
  const rows = await db
    .with("page", page)
    .from("page")
    .join("vault_keys", "vault_keys.id", "page.key_id")
    .join("queues", "queues.id", "page.queue_id")
    .leftJoin("staff", "staff.id", "page.owner_id")
    .orderBy(
      ourTurn
        ? [`page.${time}`, "page.id"]
        : [
            { column: `page.${time}`, order: "desc" },
            { column: "page.id", order: "desc" },
          ],
    )
    .select(
      "page.*",
      "vault_keys.wrapped_key",
      "queues.name as queue_name",
      "promise_hours",
      "staff.name as owner_name",
    );

  const shown = rows.slice(0, ticketsPerPage);
  const last = shown.at(-1);
  return {
    tickets: shown.map(({ wrapped_key, sealed_subject, ...ticket }) => ({
      ...ticket,
      subject: vault.open(wrapped_key, "subject", sealed_subject),
    })),
    next: rows.length > ticketsPerPage && last ? { time: last.cursor_time, id: last.id } : null,
  };
}

/** The ids of a list in its order, at most so many: for what is done with all of it. */
export async function listTicketIds(db: Database, filter: TicketFilter, most: number): Promise<string[]> {
  return await filtered(db, filter).limit(most).pluck("id");
}

function filtered(db: Database, { status, queueId, ownerId }: TicketFilter) {
  const ourTurn = status === "our_turn";
  const direction = ourTurn ? "asc" : "desc";
  const tickets = db("tickets").orderBy([
    { column: ourTurn ? "our_turn_since" : "last_message_at", order: direction },
    { column: "id", order: direction },
  ]);
  if (ourTurn) tickets.whereNotNull("our_turn_since");
  else if (status !== "any") tickets.where({ status });
  if (queueId) tickets.where({ queue_id: queueId });
  if (ownerId) tickets.where({ owner_id: ownerId });
  return tickets;
}
