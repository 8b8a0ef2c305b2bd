import { type Database, sendTogether } from "../database.ts";
import { Mistake } from "./query-mistake.ts";

/**
 * Reads what a search asks for, planned for its very words: a scan of the whole archive would open every document of it.
 * A statement that takes longer than some seconds is given up with a `Mistake` that says what narrows it.
 */
export async function searchTransaction<Value>(
  db: Database,
  read: (trx: Database) => Promise<Value>,
): Promise<Value> {
  try {
    return await db.transaction(async (trx) => {
      // Sent first; what is read does not wait for its answer.
      const planned = trx.raw(
        `select set_config('enable_seqscan', 'off', true), set_config('plan_cache_mode', 'force_custom_plan', true),
           set_config('work_mem', '64MB', true), set_config('random_page_cost', '1.1', true), set_config('statement_timeout', ?, true)`,
        [`${secondsAtMost}s`],
      );
      const [, value] = await sendTogether([planned.then(() => undefined), read(trx)]);
      return value;
    });
  } catch (error) {
    if (!tookTooLong(error)) throw error;
    const message =
      "This search takes too long. Add a word, or narrow it with a version, a queue or days (opened:2026-10..)";
    throw new Mistake(message, 0, null);
  }
}

const secondsAtMost = 8;

/** PostgreSQL gave a statement up. */
export function tookTooLong(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "57014";
}
