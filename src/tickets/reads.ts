import type { Database } from "../database.ts";
import { unreadSql } from "../search/unread-sql.ts";

/**
 * Remembers that somebody was shown a ticket up to this message (its newest). Writes nothing when they were before; of two
 * windows the one that shows more stays.
 */
export async function rememberRead(
  db: Database,
  read: { ticketId: string; staffId: string; lastMessageId: string },
): Promise<void> {
  await db.raw(
    `insert into ticket_reads (ticket_id, staff_id, last_message_id)
     select :ticketId::bigint, :staffId::bigint, :lastMessageId::bigint where not exists (
       select from ticket_reads
       where ticket_id = :ticketId and staff_id = :staffId and last_message_id >= :lastMessageId)
     ${keepTheNewer}`,
    read,
  );
}

/** The same for many tickets, up to a message that was the newest of all when their list was shown. */
export async function rememberReadOfAll(
  db: Database,
  read: { ticketIds: string[]; staffId: string; upTo: string },
): Promise<void> {
  await db.raw(
    `insert into ticket_reads (ticket_id, staff_id, last_message_id)
     select newest.ticket_id, :staffId::bigint, newest.id
     from unnest(:ids::bigint[]) as ids (id) cross join lateral (
       select ticket_id, id from messages where ticket_id = ids.id and id <= :upTo order by id desc limit 1) newest
     order by newest.ticket_id
     ${keepTheNewer}`,
    { ids: `{${read.ticketIds.join(",")}}`, staffId: read.staffId, upTo: read.upTo },
  );
}

const keepTheNewer = `on conflict (ticket_id, staff_id) do update set last_message_id = excluded.last_message_id
     where ticket_reads.last_message_id < excluded.last_message_id`;

/**
 * Before one ticket goes into another: who has read both has read what comes of them; to all others it is unread. What was
 * remembered of the one stays, for the case that they are taken apart.
 */
export async function joinReads(trx: Database, sourceId: string, targetId: string): Promise<void> {
  await trx.raw(
    `with readers as (
       select reader.staff_id, bool_or(${unreadSql("reader.staff_id")}) as is_unread
       from ticket_reads reader cross join tickets
       where reader.ticket_id = :targetId and tickets.id in (:sourceId, :targetId) group by reader.staff_id),
     forgotten as (
       delete from ticket_reads using readers
       where ticket_reads.ticket_id = :targetId and ticket_reads.staff_id = readers.staff_id and is_unread)
     update ticket_reads set last_message_id = greatest(last_message_id,
       (select max(id) from messages where ticket_id in (:sourceId, :targetId)))
     from readers
     where ticket_reads.ticket_id = :targetId and ticket_reads.staff_id = readers.staff_id and not is_unread`,
    { sourceId, targetId },
  );
}

/** Before messages become a ticket of their own: up to where each has read them is the same on both. */
export async function copyReads(trx: Database, fromId: string, toId: string): Promise<void> {
  await trx.raw(
    `insert into ticket_reads (ticket_id, staff_id, last_message_id)
     select ?, staff_id, last_message_id from ticket_reads where ticket_id = ?`,
    [toId, fromId],
  );
}
