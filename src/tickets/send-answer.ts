import { CannotLeave } from "../outbox/queue-mail.ts";
import { countUse } from "../reply-templates/count-use.ts";
import type { Desk } from "../web/desk.ts";
import { type Answer, replyToTicket } from "./reply.ts";

/** How long an answer waits in the outbox, where its writer can take it back. */
export const secondsToTakeBack = 20;

/**
 * Answers, and counts the template answers that are in it. Between the form and this moment the person may have given
 * a key: then the answer may not leave as it was asked for, and the reason comes back.
 */
export async function sendAnswer(
  { db, vault }: Desk,
  answer: Omit<Answer, "secondsToTakeBack">,
  templateIds: string[],
): Promise<"queued" | "changed" | CannotLeave> {
  try {
    return await db.transaction(async (trx) => {
      const result = await replyToTicket(trx, vault, { ...answer, secondsToTakeBack });
      if (result === "queued") {
        for (const id of [...new Set(templateIds)].toSorted()) await countUse(trx, id);
      }
      return result;
    });
  } catch (error) {
    if (error instanceof CannotLeave) return error;
    throw error;
  }
}
