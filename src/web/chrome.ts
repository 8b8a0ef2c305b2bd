import type { RequestHandler } from "express";
import type { Database } from "../database.ts";

export type Rail = {
  queues: {
    id: string;
    name: string;
    language: string | null;
    promise_hours: number;
    our_turn: number;
    /** Of those the ones that wait longer than the queue promises. Nights and weekends count. */
    late: number;
  }[];
  our_turn: number;
  mine: number;
  mentions: number;
  set_aside: number;
  troubled: number;
  alarms: { kind: string; detail: string; raised_at: Date }[];
};

/** What stands around every page: who is signed in, where one is, how much waits where, open alarms. */
export function pageChrome(db: Database): RequestHandler {
  return async (request, response, next) => {
    response.locals.path = request.path;
    response.locals.query = request.query;
    if (!request.user) return next();

    response.locals.me = request.user;
    response.locals.rail = await readRail(db, request.user.id);
    if (request.session.notice !== undefined) {
      response.locals.notice = request.session.notice;
      delete request.session.notice;
    }
    next();
  };
}

/** One statement; each count stops after 1,001 rows, so that a full desk is not slower than a busy one. */
export async function readRail(db: Database, staffId: string): Promise<Rail> {
  const result = await db.raw<{ rows: RailRow[] }>(
    `select
       (select json_agg(json_build_object('id', queue.id::text, 'name', queue.name, 'language', queue.language,
                 'promise_hours', queue.promise_hours, 'our_turn', turn.count, 'late', turn.late)
                 order by queue.position, queue.id)
          from queues queue
         cross join lateral (
           select count(*),
             count(*) filter (where our_turn_since < now() - make_interval(hours => queue.promise_hours)) as late
           from (
             select our_turn_since from tickets where queue_id = queue.id and our_turn_since is not null
             order by our_turn_since limit 1001
           ) longest
         ) turn) as queues,
       (select count(*) from (
          select from tickets where owner_id = :staffId and our_turn_since is not null limit 1001) bounded)::int as mine,
       (select count(*) from (
          select from mentions where staff_id = :staffId and read_at is null limit 1001) bounded)::int as mentions,
       (select count(*) from (
          select from mails where state = 'set_aside' limit 1001) bounded)::int as set_aside,
       (select count(*) from (
          select from outbox_mails
           where not automatic
             and (state in ('failed', 'unknown') or (state = 'accepted' and bounced_at is not null)) limit 1001
        ) bounded)::int as troubled,
       (select json_agg(json_build_object('kind', kind, 'detail', detail, 'raised_at', raised_at) order by raised_at)
          from alarms where cleared_at is null) as alarms`,
    { staffId },
  );
  const row = result.rows[0];
  if (!row) throw new Error("The rail came back empty");
  const queues = row.queues ?? [];
  return {
    ...row,
    queues,
    our_turn: queues.reduce((sum, queue) => sum + queue.our_turn, 0),
    alarms: (row.alarms ?? []).map((alarm) => ({ ...alarm, raised_at: new Date(alarm.raised_at) })),
  };
}

type RailRow = {
  queues: Rail["queues"] | null;
  mine: number;
  mentions: number;
  set_aside: number;
  troubled: number;
  alarms: { kind: string; detail: string; raised_at: string }[] | null;
};
