import type { Database } from "../database.ts";

/** A ticket whose turn is ours, that nobody follows, and that waits longer than its queue promises. */
export type Unanswered = { id: string; queue_name: string; our_turn_since: Date; late_hours: number };

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
