import type { Database } from "../database.ts";
import { recordEvent } from "./record-event.ts";

/** Makes a staff member the owner, if nobody is; of two at once one gets it. Returns whether it was this one. */
export async function takeTicket(db: Database, ticketId: string, staffId: string): Promise<boolean> {
  return await db.transaction(async (trx) => {
    const taken = await trx("tickets")
      .where({ id: ticketId })
      .whereNull("owner_id")
      .update({ owner_id: staffId });
    if (taken) await recordEvent(trx, { ticketId, staffId, action: "taken" });
    return taken === 1;
  });
}

/** Gives a ticket back, so that anybody may take it. */
export async function giveTicketBack(db: Database, ticketId: string, staffId: string): Promise<boolean> {
  return await db.transaction(async (trx) => {
    const given = await trx("tickets").where({ id: ticketId, owner_id: staffId }).update({ owner_id: null });
    if (given) await recordEvent(trx, { ticketId, staffId, action: "given_back" });
    return given === 1;
  });
}
