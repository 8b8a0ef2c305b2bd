import type { Database } from "../database.ts";
import type { TicketCondition } from "../search/ticket-condition.ts";
import type { TicketStatus } from "./ticket.ts";
import type { Priority } from "./ticket-state.ts";

/**
 * Which tickets a list shows. "our_turn": new and open, the longest waiting first, or the most pressing; the others: newest
 * message first, or by number when a tag, a priority, a version or a workaround is asked for.
 */
export type TicketFilter = {
  status: "our_turn" | "any" | TicketStatus;
  queueId: string | null;
  ownerId: string | null;
  /** All of these tags. */
  tagIds?: string[];
  priority?: Priority | null;
  /** The last version that worked. */
  version?: string | null;
  withWorkaround?: boolean;
  byPriority?: boolean;
  /** What a search asks of them. It leaves the order as it is. */
  search?: TicketCondition | null;
};

/** Where the page before ended: time in microseconds as PostgreSQL writes it, id, and of a list by priority its rank. */
export type TicketCursor = { time: string; id: string; rank?: string | undefined };

/** In which order a list stands. */
export type ListOrder = "age" | "priority" | "message" | "number";

export function listOrder({ status, byPriority, ...facts }: TicketFilter): ListOrder {
  if (status === "our_turn") return byPriority ? "priority" : "age";
  const narrowed = facts.tagIds?.length || facts.priority || facts.version || facts.withWorkaround;
  return narrowed ? "number" : "message";
}

/** The order as PostgreSQL is told it, and how a page goes on after another. */
export function orderOf(filter: TicketFilter): Order & { time: "our_turn_since" | "last_message_at" } {
  const time = filter.status === "our_turn" ? "our_turn_since" : "last_message_at";
  return { ...orders[listOrder(filter)], time };
}

type Row = { id: string; cursor_time: string; cursor_rank: number };
type Order = {
  /** SQL, also of the page when it is called `tickets`. */
  by: string;
  after: (cursor: TicketCursor) => [sql: string, values: string[]];
  cursor: (last: Row) => TicketCursor;
};

const timed = (last: Row): TicketCursor => ({ time: last.cursor_time, id: last.id });
const orders: Record<ListOrder, Order> = {
  age: {
    by: "our_turn_since, tickets.id",
    after: ({ time, id }) => ["(our_turn_since, tickets.id) > (?::timestamptz, ?::bigint)", [time, id]],
    cursor: timed,
  },
  priority: {
    by: "priority_rank(priority), our_turn_since, tickets.id",
    after: ({ time, id, rank }) => [
      "(priority_rank(priority), our_turn_since, tickets.id) > (?::smallint, ?::timestamptz, ?::bigint)",
      [rank ?? "0", time, id],
    ],
    cursor: (last) => ({ ...timed(last), rank: String(last.cursor_rank) }),
  },
  message: {
    by: "last_message_at desc, tickets.id desc",
    after: ({ time, id }) => ["(last_message_at, tickets.id) < (?::timestamptz, ?::bigint)", [time, id]],
    cursor: timed,
  },
  number: {
    by: "tickets.id desc",
    after: ({ id }) => ["tickets.id < ?::bigint", [id]],
    cursor: timed,
  },
};

/** The tickets of a list, in no order yet; a search is left to who reads them. */
export function filtered(db: Database, filter: TicketFilter) {
  const { status, queueId, ownerId, tagIds = [], priority, version, withWorkaround } = filter;
  const ourTurn = status === "our_turn";
  const tickets = db("tickets");
  if (ourTurn) tickets.whereNotNull("our_turn_since");
  else if (status !== "any") tickets.where({ status });
  if (queueId) tickets.where({ queue_id: queueId });
  if (ownerId) tickets.where({ owner_id: ownerId });
  for (const [place, tagId] of tagIds.entries()) {
    // A ticket has a tag once, so that a join shows no ticket twice; its index is in the order of the numbers.
    const tag = `tag_${place}`;
    tickets.join(`ticket_tags as ${tag}`, (on) => {
      on.on(`${tag}.ticket_id`, "tickets.id").andOnVal(`${tag}.tag_id`, tagId);
    });
  }
  if (version) tickets.where({ last_version_that_worked: version });
  if (withWorkaround) tickets.whereNotNull("sealed_workaround");
  // As literals: by a parameter the partial index would not be found.
  if (priority && ourTurn) tickets.whereRaw(`priority_rank(priority) = priority_rank('${priority}')`);
  else if (priority) tickets.whereRaw(`priority = '${priority}'`);
  return tickets;
}
