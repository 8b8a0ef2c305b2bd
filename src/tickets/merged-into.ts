import type { Database } from "../database.ts";

/** The ticket named by a parameter, and all into which it was merged one after another: `way` of a statement (id, merged_into). */
export const wayOfMerges = (parameter: string) => `with recursive way (id, merged_into) as (
       select id, merged_into from tickets where id = ${parameter}
       union all select tickets.id, tickets.merged_into from tickets join way on tickets.id = way.merged_into)`;

/** The ticket on which everything of this one stands; the same id when it was not merged. */
export async function mergedInto(db: Database, ticketId: string): Promise<string> {
  const result = await db.raw<{ rows: { id: string }[] }>(
    `${wayOfMerges("?")}
     select id from way where merged_into is null`,
    [ticketId],
  );
  return result.rows[0]?.id ?? ticketId;
}
