import type { Database } from "../database.ts";

/** Takes a template out of use: it is offered to nobody, and everything of it stays. False when it was retired already. */
export async function retireTemplate(db: Database, id: string, staffId: string | null): Promise<boolean> {
  const retired = await db("reply_templates")
    .where({ id, retired_at: null })
    .update({ retired_at: db.fn.now(), retired_by: staffId });
  return retired > 0;
}

/** Brings a retired template back. */
export async function bringBack(db: Database, id: string): Promise<boolean> {
  const back = await db("reply_templates").where({ id }).whereNotNull("retired_at").update({
    retired_at: null,
    retired_by: null,
  });
  return back > 0;
}
