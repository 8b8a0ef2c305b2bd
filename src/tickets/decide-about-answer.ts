import type { Database } from "../database.ts";
import { type Decision, decideAboutMail } from "../outbox/decide.ts";
import { recordEvent } from "./record-event.ts";

/** A staff member decides what becomes of an answer that failed or may have left; null when nothing was left to decide. */
export async function decideAboutAnswer(
  db: Database,
  outboxId: string,
  staffId: string,
  decision: Decision,
): Promise<string | null> {
  return await db.transaction(async (trx) => {
    const ticketId = await decideAboutMail(trx, outboxId, staffId, decision);
    if (ticketId) await recordEvent(trx, { ticketId, staffId, action: "decided", detail: { decision } });
    return ticketId;
  });
}
