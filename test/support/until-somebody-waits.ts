import type { Database } from "#src/database.ts";
import { eventually } from "./eventually.ts";

/** Until a statement of this database waits for what a transaction holds. */
export async function untilSomebodyWaits(db: Database): Promise<void> {
  await eventually("a statement that waits for a lock", async () => {
    const { rows } = await db.raw(
      "select count(*)::int as count from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database()",
    );
    return rows[0].count > 0;
  });
}
