import type { Database } from "../database.ts";

/**
 * Moves messages to another ticket with all that hangs on them: mails, outgoing mails and search documents; keys that
 * came with them only when asked for. Counts of both tickets follow. The caller holds both rows.
 */
export async function moveMessages(
  trx: Database,
  move: { messageIds: string[]; fromId: string; toId: string; offeredKeyIds: string[] },
): Promise<void> {
  const { fromId, toId } = move;
  const ids = `{${move.messageIds.join(",")}}`;
  await trx.raw(
    `with moved as (update messages set ticket_id = :toId where id = any(:ids::bigint[]) returning id, mail_id),
     mails_moved as (update mails set ticket_id = :toId from moved where mails.id = moved.mail_id),
     documents as (update search_documents set ticket_id = :toId from moved where message_id = moved.id),
     outgoing as (update outbox_mails set ticket_id = :toId from moved where message_id = moved.id)
     update offered_keys set ticket_id = :toId where id = any(:keys::bigint[])`,
    { toId, ids, keys: `{${move.offeredKeyIds.join(",")}}` },
  );
  await recount(trx, [fromId, toId]);
}

/** How many messages each ticket has, and when the last one came. */
export async function recount(trx: Database, ticketIds: string[]): Promise<void> {
  await trx.raw(
    `update tickets set message_count = counted.count, last_message_at = greatest(opened_at, counted.last)
     from (select tickets.id, count(messages.id)::int as count, max(messages.created_at) as last
           from tickets left join messages on messages.ticket_id = tickets.id
           where tickets.id = any(?::bigint[]) group by tickets.id) counted
     where tickets.id = counted.id`,
    [`{${ticketIds.join(",")}}`],
  );
}

/** Keys offered on one ticket that the other does not have yet: a key is offered there once. */
export async function movableKeys(trx: Database, fromId: string, toId: string): Promise<string[]> {
  const rows: { id: string }[] = await trx("offered_keys as here")
    .where({ "here.ticket_id": fromId })
    .whereNotExists(
      trx("offered_keys as there")
        .where({ "there.ticket_id": toId })
        .whereRaw("there.fingerprint_hash = here.fingerprint_hash"),
    )
    .orderBy("here.id")
    .select("here.id");
  return rows.map(({ id }) => id);
}
