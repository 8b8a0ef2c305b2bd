import type { Database } from "../database.ts";

/** What a staff member may decide about a mail that failed or came back, or of which nobody knows whether it left. */
export type Decision = "send again" | "count as sent" | "give up";

/**
 * SQL: somebody has to decide about this mail. One that came back was accepted first, by a server on the way. An
 * automatic answer asks for nobody: the person still waits for ours.
 */
export const isTroubled =
  "(not outbox_mails.automatic and (outbox_mails.state in ('failed', 'unknown') or (outbox_mails.state = 'accepted' and outbox_mails.bounced_at is not null)))";

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
    "count as sent": { state: "accepted", failure: null, bounced_at: null },
    "give up": { state: "withdrawn" },
  };
  const [mail] = await db("outbox_mails")
    .where({ id: outboxId })
    .whereRaw(isTroubled)
    .update({ ...changes[decision], decided_at: db.fn.now(), decided_by: staffId })
    .returning<{ ticket_id: string }[]>("ticket_id");
  return mail?.ticket_id ?? null;
}
