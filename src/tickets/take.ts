import type { Database } from "../database.ts";
import { changeTickets } from "./change-tickets.ts";

/** Makes a staff member the owner, if nobody is; of two at once one gets it. Returns whether it was this one. */
export async function takeTicket(db: Database, ticketId: string, staffId: string): Promise<boolean> {
  return await db.transaction(async (trx) => {
    const taken = await changeTickets(trx, [ticketId], {
      staffId,
      action: "taken",
      set: { owner_id: staffId },
      onlyIf: trx.raw("owner_id is null"),
    });
    return taken.length === 1;
  });
}

/** Gives a ticket back, so that anybody may take it. */
export async function giveTicketBack(db: Database, ticketId: string, staffId: string): Promise<boolean> {
  return await db.transaction(async (trx) => {
    const given = await changeTickets(trx, [ticketId], {
      staffId,
      action: "given_back",
      set: { owner_id: null },
      onlyIf: trx.raw("owner_id = ?", [staffId]),
    });
    return given.length === 1;
  });
}
