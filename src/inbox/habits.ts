import type { Database } from "../database.ts";
import type { Habits } from "../tickets/unlike-before.ts";

/** How a person protected what they wrote before the mail that is being stored. One statement. */
export async function habitsOf(trx: Database, personId: string): Promise<Habits> {
  const result = await trx.raw<{ rows: Habits[] }>(
    `select wrote_encrypted_at is not null as encrypts,
       exists (select from messages where person_id = people.id and signature = 'good' and kind = 'from_user') as signs
     from people where id = ?`,
    [personId],
  );
  return result.rows[0] ?? { encrypts: false, signs: false };
}
