import type { Database } from "../database.ts";
import type { StateChange } from "./ticket-state.ts";

export type NewEvent = {
  ticketId: string;
  staffId?: string | null;
  action: string;
  detail?: Record<string, unknown>;
  /** What changed beside the ticket's own row; for that row see `changeTickets`. */
  before?: StateChange;
  after?: StateChange;
  undoes?: string;
};

/** Writes the history of a ticket, in the transaction of the change. `detail` never holds a word of what a person wrote. */
export async function recordEvent(db: Database, event: NewEvent): Promise<void> {
  await db("ticket_events").insert({
    ticket_id: event.ticketId,
    staff_id: event.staffId ?? null,
    action: event.action,
    detail: JSON.stringify(event.detail ?? {}),
    before: event.before ? JSON.stringify(event.before) : null,
    after: event.after ? JSON.stringify(event.after) : null,
    undoes: event.undoes ?? null,
  });
}
