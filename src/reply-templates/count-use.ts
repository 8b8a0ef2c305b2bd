import type { Database } from "../database.ts";
import { isId } from "../web/is-id.ts";

/** An answer left with this template in it: call it in the transaction of the answer. An unknown id counts nothing. */
export async function countUse(db: Database, templateId: unknown): Promise<void> {
  if (!isId(templateId)) return;
  await db("reply_templates")
    .where({ id: templateId })
    .update({ used_count: db.raw("used_count + 1"), last_used_at: db.fn.now() });
}
