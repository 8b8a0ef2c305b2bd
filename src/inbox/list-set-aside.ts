import type { Database } from "../database.ts";
import { type Cursor, exactMoment } from "../web/paging.ts";

export type SetAsideMail = {
  id: string;
  set_aside_reason: string;
  size_bytes: string;
  kept_at: Date;
  /** False for a mail too large to be taken over: it is on the server alone. */
  has_copy: boolean;
};

const perPage = 50;

/** Mails that could not become a ticket, the newest first, and where the next page begins. */
export async function listSetAside(
  db: Database,
  after: Cursor | null,
): Promise<{ mails: SetAsideMail[]; next: Cursor | null }> {
  const query = db("mails")
    .where({ state: "set_aside" })
    .orderBy("id", "desc")
    .limit(perPage + 1)
    .select(
      "id",
      "set_aside_reason",
      "size_bytes",
      "kept_at",
      db.raw("sealed_raw is not null as has_copy"),
      db.raw("? as moment", [exactMoment(db, "kept_at")]),
    );
  if (after) query.where("id", "<", after.id);
  const rows: (SetAsideMail & { moment: string })[] = await query;
  const last = rows[perPage - 1];
  return {
    mails: rows.slice(0, perPage),
    next: rows.length > perPage && last ? { moment: last.moment, id: last.id } : null,
  };
}

/** One mail that is set aside; undefined when it is not, or not any more. */
export async function findSetAside(db: Database, id: string): Promise<SetAsideMail | undefined> {
  return await db("mails")
    .where({ id, state: "set_aside" })
    .first("id", "set_aside_reason", "size_bytes", "kept_at", db.raw("sealed_raw is not null as has_copy"));
}
