import type { Database } from "../database.ts";

/** A ticket whose turn is ours, that nobody follows, and that waits longer than its queue promises. */
export type Unanswered = { id: string; queue_name: string; our_turn_since: Date; late_hours: number };

/** How each queue keeps its promise now; `late` counts to 1,001. `oldest`: since when the longest waiting one waits. */
export type PromiseOfQueue = {
  queue_id: string;
  queue_name: string;
  promise_hours: number;
  our_turn: number;
  late: number;
  oldest: Date | null;
};

/** Which tickets nobody answers, the longest waiting first; at most 100. Whose account is closed follows none. */
export async function unanswered(db: Database, most = 100): Promise<Unanswered[]> {
  const result = await db.raw<{ rows: Unanswered[] }>(
    `select tickets.id, queues.name as queue_name, our_turn_since,
       floor(extract(epoch from now() - our_turn_since) / 3600)::int - promise_hours as late_hours
     from tickets join queues on queues.id = tickets.queue_id
     left join staff on staff.id = tickets.owner_id and staff.disabled_at is null
     where our_turn_since is not null and staff.id is null
       and our_turn_since < now() - make_interval(hours => promise_hours)
     order by our_turn_since, tickets.id limit ?`,
    [most],
  );
  return result.rows;
}

/** How the queues keep their promises, in their order. Nights and weekends count. */
export async function promises(db: Database): Promise<PromiseOfQueue[]> {
  const result = await db.raw<{ rows: PromiseOfQueue[] }>(
    `select queues.id as queue_id, queues.name as queue_name, promise_hours, turn.our_turn, late.late, turn.oldest
     from queues
     cross join lateral (
       select count(*)::int as our_turn, min(our_turn_since) as oldest from (
         select our_turn_since from tickets where queue_id = queues.id and our_turn_since is not null
         order by our_turn_since, id limit 1001) bounded) turn
     cross join lateral (
       select count(*)::int as late from (
         select from tickets where queue_id = queues.id
           and our_turn_since < now() - make_interval(hours => promise_hours) limit 1001) bounded) late
     order by position, queues.id`,
  );
  return result.rows;
}

/** Whether a ticket waits for us longer than its queue promises. */
export function isOverPromise(
  ticket: { our_turn_since: Date | null },
  promiseHours: number,
  now = Date.now(),
): boolean {
  return ticket.our_turn_since !== null && now - ticket.our_turn_since.getTime() > promiseHours * 3_600_000;
}
