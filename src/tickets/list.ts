import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { exactMoment } from "../web/paging.ts";
import type { Channel, TicketStatus } from "./ticket.ts";
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
};

/** Where the page before ended: time in microseconds as PostgreSQL writes it, id, and of a list by priority its rank. */
export type TicketCursor = { time: string; id: string; rank?: string | undefined };

export type ListedTicket = {
  id: string;
  subject: string;
  status: TicketStatus;
  queue_id: string;
  queue_name: string;
  /** Within how many hours its queue promises an answer. */
  promise_hours: number;
  priority: Priority;
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

/** One page of tickets with their tags, and where the next one begins (null: this is the last). One statement, by an index. */
export async function listTickets(
  db: Database,
  vault: Vault,
  filter: TicketFilter,
  after: TicketCursor | null,
): Promise<{ tickets: (ListedTicket & { tags: string[] })[]; next: TicketCursor | null }> {
  const order = orderOf(filter);
  const page = filtered(db, filter)
    .select(
      "tickets.*",
      db.raw("? as cursor_time, priority_rank(priority) as cursor_rank", [exactMoment(db, timeOf(filter))]),
    )
    .limit(ticketsPerPage + 1);
  if (after) page.whereRaw(...order.after(after));

  // The names are joined to the rows of one page alone, so that the index decides the order.
  const rows = await db
    .with("page", page)
    .with(
      "tagged",
      db.raw(
        `select ticket_id, array_agg(tags.name order by lower(tags.name)) as tags
         from ticket_tags join tags on tags.id = tag_id where ticket_id in (select id from page) group by ticket_id`,
      ),
    )
    .from("page as tickets")
    .leftJoin("tagged", "tagged.ticket_id", "tickets.id")
    .join("vault_keys", "vault_keys.id", "tickets.key_id")
    .join("queues", "queues.id", "tickets.queue_id")
    .leftJoin("staff", "staff.id", "tickets.owner_id")
    .orderByRaw(order.by)
    .select(
      "tickets.*",
      "vault_keys.wrapped_key",
      "queues.name as queue_name",
      "promise_hours",
      "staff.name as owner_name",
      "tagged.tags",
    );

  const shown = rows.slice(0, ticketsPerPage);
  const last = shown.at(-1);
  return {
    tickets: shown.map(({ wrapped_key, sealed_subject, tags, ...ticket }) => ({
      ...ticket,
      tags: tags ?? [],
      subject: vault.open(wrapped_key, "subject", sealed_subject),
    })),
    next: rows.length > ticketsPerPage && last ? order.cursor(last) : null,
  };
}

/** The ids of a list in its order, at most so many: for what is done with all of it. */
export async function listTicketIds(db: Database, filter: TicketFilter, most: number): Promise<string[]> {
  return await filtered(db, filter).limit(most).pluck("tickets.id");
}

/** In which order a list stands. */
export type ListOrder = "age" | "priority" | "message" | "number";

export function listOrder({ status, byPriority, ...facts }: TicketFilter): ListOrder {
  if (status === "our_turn") return byPriority ? "priority" : "age";
  const narrowed = facts.tagIds?.length || facts.priority || facts.version || facts.withWorkaround;
  return narrowed ? "number" : "message";
}

type Row = { id: string; cursor_time: string; cursor_rank: number };
type Order = {
  /** SQL, also of the page when it is called `tickets`. */
  by: string;
  after(cursor: TicketCursor): [sql: string, values: string[]];
  cursor(last: Row): TicketCursor;
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

const orderOf = (filter: TicketFilter) => orders[listOrder(filter)];
const timeOf = ({ status }: TicketFilter) => (status === "our_turn" ? "our_turn_since" : "last_message_at");

function filtered(db: Database, filter: TicketFilter) {
  const { status, queueId, ownerId, tagIds = [], priority, version, withWorkaround } = filter;
  const ourTurn = status === "our_turn";
  const tickets = db("tickets").orderByRaw(orderOf(filter).by);
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
