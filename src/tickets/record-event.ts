import type { Database } from "../database.ts";

/** Writes the history of a ticket, in the transaction of the change. `detail` never holds a word of what a person wrote. */
export async function recordEvent(
  db: Database,
  event: { ticketId: string; staffId?: string | null; action: string; detail?: Record<string, unknown> },
): Promise<void> {
  await db("ticket_events").insert({
    ticket_id: event.ticketId,
    staff_id: event.staffId ?? null,
    action: event.action,
    detail: JSON.stringify(event.detail ?? {}),
  });
}
