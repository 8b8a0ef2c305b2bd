import type { Database } from "../database.ts";

const days = 7;

/**
 * Whether this person may get an acknowledgement, since they got none for 7 days; from the end of the transaction on
 * they have one. The row lock makes a second worker wait: it goes on only if the first one gave up. One statement.
 */
export async function claimAcknowledgement(trx: Database, personId: string): Promise<boolean> {
  const claimed = await trx("people")
    .where({ id: personId })
    .whereRaw("(acknowledged_at is null or acknowledged_at <= now() - make_interval(days => ?))", [days])
    .update({ acknowledged_at: trx.fn.now() });
  return claimed > 0;
}
