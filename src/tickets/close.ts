import type { Database } from "../database.ts";
import { recordEvent } from "./record-event.ts";

/** Closes a ticket as resolved or as spam. Closing it twice changes nothing the second time. */
export async function closeTicket(
  db: Database,
  ticketId: string,
  staffId: string,
  as: "resolved" | "spam",
): Promise<boolean> {
  return await db.transaction(async (trx) => {
    const before = await trx("tickets")
      .where({ id: ticketId })
      .forUpdate()
      .first<{ status: string }>("status");
    if (!before || before.status === as) return false;
    await trx("tickets").where({ id: ticketId }).update({
      status: as,
      our_turn_since: null,
      snoozed_until: null,
      closed_at: trx.fn.now(),
      closed_by: staffId,
    });
    await recordEvent(trx, { ticketId, staffId, action: "closed", detail: { from: before.status, to: as } });
    return true;
  });
}

/** Opens a closed or waiting ticket again: it is our turn from now on. */
export async function reopenTicket(db: Database, ticketId: string, staffId: string): Promise<boolean> {
  return await db.transaction(async (trx) => {
    const before = await trx("tickets")
      .where({ id: ticketId })
      .forUpdate()
      .first<{ status: string }>("status");
    if (!before || before.status === "new" || before.status === "open") return false;
    await trx("tickets").where({ id: ticketId }).update({
      status: "open",
      our_turn_since: trx.fn.now(),
      snoozed_until: null,
      closed_at: null,
      closed_by: null,
    });
    await recordEvent(trx, {
      ticketId,
      staffId,
      action: "reopened",
      detail: { from: before.status, to: "open" },
    });
    return true;
  });
}
