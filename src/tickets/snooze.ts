import type { Database } from "../database.ts";
import { changeStatus, statusColumns } from "./change-status.ts";
import { changeTickets } from "./change-tickets.ts";
import { stateOf } from "./ticket-state.ts";

const mostDays = 366;

export type Snoozed = { ok: true } | { ok: false; reason: "in the past" | "too far away" | "not changed" };

/** Puts a ticket away until a moment of the next year; then it is our turn again by itself. */
export async function snoozeTicket(
  db: Database,
  ticketId: string,
  staffId: string,
  until: Date,
  now = new Date(),
): Promise<Snoozed> {
  const milliseconds = until.getTime() - now.getTime();
  if (!(milliseconds > 0)) return { ok: false, reason: "in the past" };
  if (milliseconds > mostDays * 86_400_000) return { ok: false, reason: "too far away" };
  return await db.transaction(async (trx): Promise<Snoozed> => {
    const changed = await changeStatus(trx, [ticketId], staffId, "snoozed", { status: "snoozed", until });
    return changed.length === 1 ? { ok: true } : { ok: false, reason: "not changed" };
  });
}

/** The ticket waits until a known issue is mended, which stands at this address (http or https, 500 characters at most). */
export async function waitForFix(
  db: Database,
  ticketId: string,
  staffId: string,
  issueUrl: string,
): Promise<boolean> {
  return await db.transaction(async (trx) => {
    const changed = await changeTickets(trx, [ticketId], {
      staffId,
      action: "waits_for_fix",
      set: { ...statusColumns(trx, { status: "waiting_for_fix" }, staffId), issue_url: issueUrl },
      tells: "status",
      detail: { issue: issueUrl },
    });
    return changed.length === 1;
  });
}

/** The ticket waits for its user, without an answer of ours, for example after a telephone call. */
export async function waitForUser(db: Database, ticketId: string, staffId: string): Promise<boolean> {
  return await db.transaction(async (trx) => {
    const changed = await changeStatus(trx, [ticketId], staffId, "waits_for_user", {
      status: "waiting_for_user",
    });
    return changed.length === 1;
  });
}

/**
 * Makes it our turn on tickets whose snooze is over, at most 500 at once, and returns how many. One statement; any
 * number of workers may run it beside each other.
 */
export async function wakeSnoozed(db: Database): Promise<number> {
  const result = await db.raw<{ rows: { id: string }[] }>(
    `with before as (
       select * from tickets where snoozed_until <= now() order by snoozed_until, id limit 500 for no key update skip locked),
     after as (
       update tickets set status = 'open', our_turn_since = before.snoozed_until, snoozed_until = null
       from before where tickets.id = before.id returning tickets.*),
     compared as (
       select before.id, ${stateOf("before")} as old, ${stateOf("after")} as new from before join after on after.id = before.id)
     insert into ticket_events (ticket_id, action, detail, before, after)
     select id, 'our_turn', '{"from": "snoozed", "to": "open"}', was, is_now
     from compared cross join lateral (
       select jsonb_object_agg(key, old -> key) as was, jsonb_object_agg(key, value) as is_now
       from jsonb_each(new) where value is distinct from old -> key) difference
     returning id`,
  );
  return result.rows.length;
}
