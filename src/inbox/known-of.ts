import { type Database, sendTogether } from "../database.ts";
import type { Habits } from "../tickets/unlike-before.ts";

/** What the desk knows of a person before their mail is stored: how they protect what they write, and what to look at. */
export type KnownOf = Habits & {
  hasTickets: boolean;
  /** Some of their messages came before Message-IDs were hashed. */
  hasUnhashed: boolean;
};

const nothing: KnownOf = { encrypts: false, signs: false, hasTickets: false, hasUnhashed: false };

/**
 * Two statements, sent at once; none for a mail of nobody. Of two mails of one person that are stored at the same moment the
 * second waits for the first, so that it sees its ticket.
 */
export async function knownOf(trx: Database, personId: string | null): Promise<KnownOf> {
  if (personId === null) return nothing;
  const [, { rows }] = await sendTogether([
    holdPerson(trx, personId),
    trx.raw<{ rows: KnownOf[] }>(
      `select wrote_encrypted_at is not null as encrypts,
       exists (select from messages where person_id = people.id and signature = 'good' and kind = 'from_user') as signs,
       exists (select from tickets where person_id = people.id) as "hasTickets",
       exists (select from messages where person_id = people.id and message_id_hash is null
         and mail_id is not null) as "hasUnhashed"
     from people where id = ?`,
      [personId],
    ),
  ]);
  return rows[0] ?? nothing;
}

/** Makes whoever stores another mail of this person wait for the end of the transaction. */
export async function holdPerson(trx: Database, personId: string): Promise<void> {
  await trx("people").where({ id: personId }).forNoKeyUpdate().first("id");
}
