import type { Database } from "../database.ts";
import { isId } from "../web/is-id.ts";
import { unlessTaken } from "./name-taken.ts";

export type Queue = {
  id: string;
  name: string;
  language: string | null;
  is_fallback: boolean;
  position: number;
  promise_hours: number;
};

/** A queue with how much is in it; each number stops at 1,001. */
export type CountedQueue = Queue & { our_turn: number; late: number; waiting: number };

export type QueueForm = { name: string; language: string | null; promiseHours: number };
export type QueueRefusal = "name taken" | "language taken";

/** All queues in their order. */
export async function listQueues(db: Database): Promise<Queue[]> {
  return await db<Queue>("queues").orderBy(["position", "id"]).select("*");
}

/** The queue with this id; null when there is none. */
export async function findQueue(db: Database, id: unknown): Promise<Queue | null> {
  if (!isId(id)) return null;
  return (await db<Queue>("queues").where({ id }).first()) ?? null;
}

/** All queues with what is our turn, what of it waits longer than promised, and what waits for somebody else. */
export async function countQueues(db: Database): Promise<CountedQueue[]> {
  const result = await db.raw<{ rows: CountedQueue[] }>(
    `select queues.*, turn.our_turn, late.late, others.waiting from queues
     cross join lateral (select count(*)::int as our_turn from (
       select from tickets where queue_id = queues.id and our_turn_since is not null limit 1001) bounded) turn
     cross join lateral (select count(*)::int as late from (
       select from tickets where queue_id = queues.id
         and our_turn_since < now() - make_interval(hours => queues.promise_hours) limit 1001) bounded) late
     cross join lateral (select count(*)::int as waiting from (
       select from tickets where queue_id = queues.id
         and status in ('waiting_for_user', 'waiting_for_fix', 'snoozed') limit 1001) bounded) others
     order by position, id`,
  );
  return result.rows;
}

/** Adds a queue at the end. Mail in its language lands there from now on. */
export async function addQueue(
  db: Database,
  queue: QueueForm,
): Promise<{ ok: true; id: string } | { ok: false; reason: QueueRefusal }> {
  return await refuseTaken(async () => {
    const [added] = await db("queues")
      .insert({
        name: queue.name,
        language: queue.language,
        promise_hours: queue.promiseHours,
        position: db.raw("(select coalesce(max(position), 0) + 1 from queues)"),
      })
      .returning("id");
    return { ok: true as const, id: added.id };
  });
}

/** Gives a queue another name, language and promise. The tickets in it stay. */
export async function changeQueue(
  db: Database,
  id: string,
  queue: QueueForm,
): Promise<{ ok: true } | { ok: false; reason: QueueRefusal | "not there" }> {
  return await refuseTaken(async () => {
    const changed = await db("queues")
      .where({ id })
      .update({ name: queue.name, language: queue.language, promise_hours: queue.promiseHours });
    return changed ? { ok: true as const } : { ok: false as const, reason: "not there" as const };
  });
}

/** Puts all queues in this order. False, and nothing changed, when these are not exactly the queues that there are. */
export async function orderQueues(db: Database, ids: string[]): Promise<boolean> {
  return await db.transaction(async (trx) => {
    const queues: { id: string }[] = await trx("queues").orderBy("id").forNoKeyUpdate().select("id");
    const known = new Set(queues.map(({ id }) => id));
    if (ids.length !== known.size || new Set(ids).size !== ids.length || !ids.every((id) => known.has(id))) {
      return false;
    }
    await trx.raw(
      `update queues set position = ordered.place
       from unnest(?::bigint[]) with ordinality ordered (id, place) where queues.id = ordered.id`,
      [`{${ids.join(",")}}`],
    );
    return true;
  });
}

async function refuseTaken<Result>(
  work: () => Promise<Result>,
): Promise<Result | { ok: false; reason: QueueRefusal }> {
  const result = await unlessTaken("queues_name_unique", async () => ({
    done: await unlessTaken("queues_language_unique", work),
  }));
  if (!result) return { ok: false, reason: "name taken" };
  return result.done ?? { ok: false, reason: "language taken" };
}
