import type { Database } from "../database.ts";

/** What a staff member may decide about a mail that failed, or of which nobody knows whether it left. */
export type Decision = "send again" | "count as sent" | "give up";

/**
 * Carries a decision out and returns the ticket of the mail; null when there was nothing to decide any more. A mail
 * that is sent again keeps its Message-ID, so that a program which got it twice can show it once.
 */
export async function decideAboutMail(
  db: Database,
  outboxId: string,
  staffId: string,
  decision: Decision,
): Promise<string | null> {
  const changes = {
    "send again": { state: "queued", attempts: 0, failure: null, not_before: db.fn.now(), bounced_at: null },
    "count as sent": { state: "accepted" },
    "give up": { state: "withdrawn" },
  };
  const [mail] = await db("outbox_mails")
    .where({ id: outboxId })
    .whereIn("state", ["failed", "unknown"])
    .update({ ...changes[decision], decided_at: db.fn.now(), decided_by: staffId })
    .returning<{ ticket_id: string }[]>("ticket_id");
  return mail?.ticket_id ?? null;
}
