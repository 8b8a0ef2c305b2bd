import type { Database } from "../database.ts";
import { recordEvent } from "./record-event.ts";

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
      .select("id")
      .whereNotNull("our_turn_since")
      .whereNull("owner_id")
      .orderBy([{ column: "our_turn_since" }, { column: "id" }])
      .limit(1)
      .forUpdate()
      .skipLocked();
    if (queueId) oldest.where({ queue_id: queueId });

    const [taken] = await trx("tickets").whereIn("id", oldest).update({ owner_id: staffId }).returning("id");
    if (!taken) return null;
    await recordEvent(trx, { ticketId: taken.id, staffId, action: "taken" });
    return taken.id;
  });
}
