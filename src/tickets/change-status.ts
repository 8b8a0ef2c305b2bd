import type { Knex } from "knex";
import type { Database } from "../database.ts";
import { type Changed, changeTickets } from "./change-tickets.ts";
import type { StateColumn } from "./ticket-state.ts";

/** A status with what the tables ask for beside it. */
export type NewStatus =
  | { status: "open"; since?: Date }
  | { status: "waiting_for_user" | "waiting_for_fix" }
  | { status: "snoozed"; until: Date }
  | { status: "resolved" | "spam" };

/** Gives tickets another status, with an event of this name for each. Those that have it already stay as they are. */
export async function changeStatus(
  trx: Database,
  ticketIds: string[],
  staffId: string,
  action: string,
  to: NewStatus,
): Promise<Changed[]> {
  const alreadyThere = {
    open: "status not in ('new', 'open')",
    snoozed: "true",
  };
  const onlyIf =
    to.status === "open" || to.status === "snoozed"
      ? trx.raw(alreadyThere[to.status])
      : trx.raw("status <> ?", [to.status]);
  return await changeTickets(trx, ticketIds, {
    staffId,
    action,
    set: statusColumns(trx, to, staffId),
    onlyIf,
    tells: "status",
    ...(to.status === "snoozed" ? { detail: { until: to.until.toISOString() } } : {}),
  });
}

/** The columns of a status, so that no date or name of the one before is left over. */
export function statusColumns(
  trx: Database,
  to: NewStatus,
  staffId: string | null,
): Partial<Record<StateColumn, Knex.RawBinding>> {
  const closed = to.status === "resolved" || to.status === "spam";
  return {
    status: to.status,
    our_turn_since: to.status === "open" ? (to.since ?? trx.raw("now()")) : null,
    closed_at: closed ? trx.raw("now()") : null,
    closed_by: closed ? staffId : null,
    snoozed_until: to.status === "snoozed" ? to.until : null,
  };
}
