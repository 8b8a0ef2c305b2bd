import type { Knex } from "knex";
import type { Database } from "../database.ts";
import { unreadSql } from "../search/unread-sql.ts";
import type { Vault } from "../vault/vault.ts";
import { type Placed, readListPage } from "./list-page-rows.ts";
import type { Channel, TicketStatus } from "./ticket.ts";
import { orderOf, type TicketCursor, type TicketFilter } from "./ticket-filter.ts";
import type { Priority } from "./ticket-state.ts";

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
  /** The ticket to which it probably belongs; null: nothing says so, or somebody decided. */
  probably_of: string | null;
  /** Somebody else wrote since the reader was shown it. */
  unread: boolean;
};

export const ticketsPerPage = 50;
const nobody = "0";

/**
 * One page of tickets with their tags, and where the next one begins (null: this is the last). One statement, by an index;
 * some more when a search narrows it, and then it throws `Mistake` when that takes too long. `opened`: of how many tickets
 * the logs were opened for a phrase; `newestMessageId`: the last message of all when it was read. Left out, the reader is nobody.
 */
export async function listTickets(
  db: Database,
  vault: Vault,
  filter: TicketFilter,
  after: TicketCursor | null,
  readerId = nobody,
): Promise<{
  tickets: (ListedTicket & { tags: string[] })[];
  next: TicketCursor | null;
  opened: number | null;
  newestMessageId: string | null;
}> {
  const { by } = orderOf(filter);
  const page = await readListPage(db, vault, filter, after, ticketsPerPage, (reader, tickets) =>
    withNames(reader, tickets, by, readerId),
  );
  return {
    ...page,
    newestMessageId: page.rows[0]?.newest_message_id ?? null,
    tickets: page.rows.map(
      ({ wrapped_key, sealed_subject, newest_message_id: _newest, tags, ...ticket }) => ({
        ...ticket,
        tags: tags ?? [],
        subject: vault.open(wrapped_key, "subject", sealed_subject),
      }),
    ),
  };
}

type Row = Placed &
  Omit<ListedTicket, "subject"> & {
    tags: string[] | null;
    wrapped_key: Buffer;
    sealed_subject: Buffer;
    newest_message_id: string | null;
  };

/** The names are joined to the rows of one page alone, so that the index decides the order. */
async function withNames(
  db: Database,
  page: Knex.QueryBuilder,
  order: string,
  readerId: string,
): Promise<Row[]> {
  return await db
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
    .orderByRaw(order)
    .select(
      "tickets.*",
      "vault_keys.wrapped_key",
      "queues.name as queue_name",
      "promise_hours",
      "staff.name as owner_name",
      "tagged.tags",
      db.raw(`coalesce(${unreadSql("?")}, false) as unread`, [readerId, readerId, readerId]),
      db.raw("(select max(id) from messages) as newest_message_id"),
    );
}
