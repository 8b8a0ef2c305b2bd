import type { Database } from "../database.ts";

const minutes = 15;

/** Somebody writes an answer now. */
export type Writer = { staff_id: string; name: string; until: Date };

/**
 * Says that this person writes an answer, for 15 minutes from now. Null: now they are shown to others; else somebody
 * who writes already, and nothing is changed: it is a courtesy, nobody is kept from answering.
 */
export async function startWriting(db: Database, ticketId: string, staffId: string): Promise<Writer | null> {
  const begun = await db("tickets")
    .where({ id: ticketId })
    .whereRaw("(writing_by is null or writing_by = ? or writing_until <= now())", [staffId])
    .update({ writing_by: staffId, writing_until: db.raw("now() + make_interval(mins => ?)", [minutes]) });
  return begun ? null : await otherWriter(db, ticketId, staffId);
}

/** This person does not write any more. */
export async function stopWriting(db: Database, ticketId: string, staffId: string): Promise<void> {
  await db("tickets")
    .where({ id: ticketId, writing_by: staffId })
    .update({ writing_by: null, writing_until: null });
}

/** Who else writes an answer on this ticket now; null: nobody. */
export async function otherWriter(db: Database, ticketId: string, staffId: string): Promise<Writer | null> {
  const row = await db("tickets")
    .join("staff", "staff.id", "tickets.writing_by")
    .where("tickets.id", ticketId)
    .whereNot("staff.id", staffId)
    .where("writing_until", ">", db.fn.now())
    .first<Writer>("staff.id as staff_id", "staff.name", "tickets.writing_until as until");
  return row ?? null;
}
