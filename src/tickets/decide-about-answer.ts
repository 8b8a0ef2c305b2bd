import type { Database } from "../database.ts";
import { type Decision, decideAboutMail } from "../outbox/decide.ts";
import { makeItOurTurn } from "./add-message.ts";
import { recordEvent } from "./record-event.ts";

/**
 * A staff member decides what becomes of an answer that failed, came back or may have left; null when nothing was left
 * to decide. After "give up" it is our turn again.
 */
export async function decideAboutAnswer(
  db: Database,
  outboxId: string,
  staffId: string,
  decision: Decision,
): Promise<string | null> {
  return await db.transaction(async (trx) => {
    const ticketId = await decideAboutMail(trx, outboxId, staffId, decision);
    if (!ticketId) return null;
    await recordEvent(trx, { ticketId, staffId, action: "decided", detail: { decision } });
    // The person still waits for an answer that will not leave.
    if (decision === "give up") await makeItOurTurn(trx, ticketId);
    return ticketId;
  });
}
