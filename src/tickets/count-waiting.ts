import type { Database } from "../database.ts";

/** How many tickets wait for their users; counts to 1,001 at most. */
export async function countWaiting(db: Database): Promise<number> {
  const bounded = db("tickets").select(db.raw("1")).where({ status: "waiting_for_user" }).limit(1001);
  const row = await db.from(bounded.as("bounded")).count<{ count: string }>().first();
  return Number(row?.count ?? 0);
}
