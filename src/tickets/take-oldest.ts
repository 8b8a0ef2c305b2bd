import type { Database } from "../database.ts";
import { changeTickets } from "./change-tickets.ts";

/**
 * Makes a staff member the owner of the ticket that waits longest for us and has no owner, in one queue or in all.
 * Two people at once get two tickets. Returns its id; null when nothing waits without an owner.
 */
export async function takeOldest(
  db: Database,
  staffId: string,
  queueId: string | null = null,
): Promise<string | null> {
  return await db.transaction(async (trx) => {
    const oldest = trx("tickets")
      .first<{ id: string } | undefined>("id")
      .whereNotNull("our_turn_since")
      .whereNull("owner_id")
      .orderBy([{ column: "our_turn_since" }, { column: "id" }])
      .forNoKeyUpdate()
      .skipLocked();
    if (queueId) oldest.where({ queue_id: queueId });

    const found = await oldest;
    if (!found) return null;
    await changeTickets(trx, [found.id], { staffId, action: "taken", set: { owner_id: staffId } });
    return found.id;
  });
}
