import type { Database } from "../database.ts";
import { changeStatus } from "./change-status.ts";

/** Closes a ticket as resolved or as spam. Closing it twice changes nothing the second time. */
export async function closeTicket(
  db: Database,
  ticketId: string,
  staffId: string,
  as: "resolved" | "spam",
): Promise<boolean> {
  return await db.transaction(async (trx) => {
    const changed = await changeStatus(trx, [ticketId], staffId, "closed", { status: as });
    return changed.length === 1;
  });
}

/** Opens a closed or waiting ticket again: it is our turn from now on. */
export async function reopenTicket(db: Database, ticketId: string, staffId: string): Promise<boolean> {
  return await db.transaction(async (trx) => {
    const changed = await changeStatus(trx, [ticketId], staffId, "reopened", { status: "open" });
    return changed.length === 1;
  });
}
