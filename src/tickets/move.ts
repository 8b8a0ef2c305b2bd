import type { Database } from "../database.ts";
import { isId } from "../web/is-id.ts";
import { type Changed, changeTickets } from "./change-tickets.ts";
import type { StateChange } from "./ticket-state.ts";

/** Puts a ticket into another queue. Later mails of its person go there too. False: it is there already, or no such queue. */
export async function moveTicket(
  db: Database,
  ticketId: string,
  staffId: string,
  queueId: string,
): Promise<boolean> {
  if (!isId(queueId)) return false;
  return await db.transaction(async (trx) => {
    const queue = await trx("queues").where({ id: queueId }).first("id");
    if (!queue) return false;
    return (await moveTickets(trx, [ticketId], staffId, queueId)).length === 1;
  });
}

/** Moves tickets, in the transaction of the caller, with an event for each that was elsewhere. */
export async function moveTickets(
  trx: Database,
  ticketIds: string[],
  staffId: string,
  queueId: string,
): Promise<Changed[]> {
  // People come before tickets, as they do when a mail is received: two that wait for each other would wait for ever.
  const people: { id: string; queue_id: string | null }[] = await trx("people")
    .whereIn(
      "id",
      trx("tickets").whereIn("id", ticketIds).whereNot({ queue_id: queueId }).select("person_id"),
    )
    .orderBy("id")
    .forNoKeyUpdate()
    .select("id", "queue_id");
  const before = new Map(people.map(({ id, queue_id }) => [id, queue_id]));
  const tickets: { id: string; person_id: string | null }[] = await trx("tickets")
    .whereIn("id", ticketIds)
    .whereNot({ queue_id: queueId })
    .whereNull("merged_into")
    .orderBy("id")
    .forNoKeyUpdate()
    .select("id", "person_id");

  const also: Record<string, { before: StateChange; after: StateChange }> = {};
  for (const { id, person_id } of tickets) {
    if (!person_id || !before.has(person_id) || before.get(person_id) === queueId) continue;
    const key = `person_queue:${person_id}`;
    also[id] = { before: { [key]: before.get(person_id) ?? null }, after: { [key]: queueId } };
    before.set(person_id, queueId);
  }
  await trx("people")
    .whereIn(
      "id",
      tickets.flatMap(({ person_id }) => person_id ?? []),
    )
    .update({ queue_id: queueId });
  return await changeTickets(
    trx,
    tickets.map(({ id }) => id),
    { staffId, action: "moved", set: { queue_id: queueId }, tells: "queue", also },
  );
}
