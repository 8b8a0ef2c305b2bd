import type { Database } from "../database.ts";
import { type Cursor, exactMoment } from "../web/paging.ts";

/** An acknowledgement that went, and what became of its mail. Nothing here names a person. */
export type Gone = {
  ticket_id: string;
  mail_language: string | null;
  language: string;
  created_at: Date;
  state: "queued" | "sending" | "accepted" | "failed" | "unknown" | "withdrawn";
  protection: "encrypted" | "clear";
  failure: string | null;
  bounced_at: Date | null;
};
/** A mail that opened a ticket and got none. */
export type Kept = { ticket_id: string; mail_language: string | null; reason: string; created_at: Date };

const perPage = 20;

/** The last 20 that went from a queue, the newest first. */
export async function lastGone(db: Database, queueId: string): Promise<Gone[]> {
  return await db("acknowledgements")
    .join("outbox_mails", "outbox_mails.message_id", "acknowledgements.message_id")
    .where({ queue_id: queueId })
    .whereNotNull("acknowledgements.message_id")
    .orderBy("acknowledgements.id", "desc")
    .limit(perPage)
    .select<Gone[]>(
      // An answer that was merged since stands on another ticket.
      "outbox_mails.ticket_id",
      "mail_language",
      "language",
      "acknowledgements.created_at",
      "state",
      "protection",
      "failure",
      "bounced_at",
    );
}

/** Those that did not go from a queue, with the reason of each, the newest first; 20 at a time. */
export async function listKept(
  db: Database,
  queueId: string,
  after: Cursor | null,
): Promise<{ kept: Kept[]; next: Cursor | null }> {
  const query = db("acknowledgements")
    .where({ queue_id: queueId, message_id: null })
    .orderBy("id", "desc")
    .limit(perPage + 1)
    .select<(Kept & { id: string; moment: string })[]>(
      "id",
      "ticket_id",
      "mail_language",
      "reason",
      "created_at",
      db.raw("? as moment", [exactMoment(db, "created_at")]),
    );
  if (after) query.where("id", "<", after.id);
  const rows = await query;
  const last = rows[perPage - 1];
  const next = rows.length > perPage && last ? { moment: last.moment, id: last.id } : null;
  return { kept: rows.slice(0, perPage), next };
}
