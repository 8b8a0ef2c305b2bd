import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import type { Ticket } from "./find.ts";
import { wayOfMerges } from "./merged-into.ts";
import type { TicketStatus } from "./ticket.ts";

/** Other tickets that have something in common with one: the newest five (of linked ones a hundred), and how many there are in all. */
export type Related = {
  total: number;
  tickets: { id: string; subject: string; status: TicketStatus; opened_at: Date }[];
};

const most = 5;

/**
 * Tickets of the same person, from the same USB stick (known by a keyed hash alone), those that somebody linked, and the one
 * to which this one probably belongs, while both are one person's. One statement.
 */
export async function findRelated(
  db: Database,
  vault: Vault,
  ticket: Pick<Ticket, "id" | "person_id" | "stick_hash" | "probably_of">,
): Promise<Record<Why, Related>> {
  const related: Record<Why, Related> = {
    person: { total: 0, tickets: [] },
    stick: { total: 0, tickets: [] },
    linked: { total: 0, tickets: [] },
    probably: { total: 0, tickets: [] },
  };
  const result = await db.raw<{ rows: Row[] }>(
    `select related.*, vault_keys.wrapped_key from (
       (select 'person' as why, id, key_id, sealed_subject, status, opened_at,
          (select count(*) from (
             select from tickets where person_id = :personId and id <> :id limit 1001) counted)::int as total
        from tickets where person_id = :personId and id <> :id order by id desc limit :most)
       union all
       (select 'stick', id, key_id, sealed_subject, status, opened_at,
          (select count(*) from (
             select from tickets where stick_hash = :stickHash and id <> :id limit 1001) counted)::int
        from tickets where stick_hash = :stickHash and id <> :id order by id desc limit :most)
       union all
       (select 'linked', id, key_id, sealed_subject, status, opened_at, 0 from (
          select high_id as id from ticket_links where low_id = :id
          union all select low_id from ticket_links where high_id = :id) linked
        join tickets using (id) order by id desc limit 100)
       union all
       (${wayOfMerges(":probablyOf")}
        select 'probably', id, key_id, sealed_subject, status, opened_at, 1 from way join tickets using (id)
        where way.merged_into is null and id <> :id and (person_id is null or person_id = :personId))
     ) related
     join vault_keys on vault_keys.id = related.key_id
     order by related.id desc`,
    {
      id: ticket.id,
      personId: ticket.person_id,
      stickHash: ticket.stick_hash,
      probablyOf: ticket.probably_of,
      most,
    },
  );
  for (const { why, total, wrapped_key, sealed_subject, id, status, opened_at } of result.rows) {
    related[why].total = total;
    const subject = vault.open(wrapped_key, "subject", sealed_subject);
    related[why].tickets.push({ id, subject, status, opened_at });
  }
  return related;
}

type Why = "person" | "stick" | "linked" | "probably";
type Row = Related["tickets"][number] & {
  why: Why;
  total: number;
  wrapped_key: Buffer;
  sealed_subject: Buffer;
};
