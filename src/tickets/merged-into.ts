import type { Database } from "../database.ts";

/** The ticket on which everything of this one stands; the same id when it was not merged. */
export async function mergedInto(db: Database, ticketId: string): Promise<string> {
  const result = await db.raw<{ rows: { id: string }[] }>(
    `with recursive way (id, merged_into) as (
       select id, merged_into from tickets where id = ?
       union all select tickets.id, tickets.merged_into from tickets join way on tickets.id = way.merged_into)
     select id from way where merged_into is null`,
    [ticketId],
  );
  return result.rows[0]?.id ?? ticketId;
}
