import type { Database } from "../database.ts";
import { unreadSql } from "../search/unread-sql.ts";
import type { Vault } from "../vault/vault.ts";
import type { ListedTicket } from "./list.ts";

/** Tickets whose turn is ours, in queues of languages that somebody speaks, and in the others. */
export type OurTurn = { spoken: ListedTicket[]; others: ListedTicket[] };

/** The longest waiting tickets of each half, at most so many. One statement: the index of each queue says which, and these alone are read. */
export async function listOurTurn(
  db: Database,
  vault: Vault,
  languages: string[],
  most: number,
  readerId: string,
): Promise<OurTurn> {
  const result = await db.raw<{ rows: Row[] }>(
    `with longest as (
       select turn.*, queues.name as queue_name, promise_hours, spoken
       from (select *, coalesce(language = any(:languages::text[]), false) as spoken from queues) queues
       cross join lateral (
         select id, our_turn_since from tickets where queue_id = queues.id and our_turn_since is not null
         order by our_turn_since, id limit :most) turn),
     placed as (
       select *, row_number() over (partition by spoken order by our_turn_since, id) as place from longest)
     select tickets.id, status, queue_id, queue_name, promise_hours, priority, channel, tails_version, model, message_count,
       owner_id, staff.name as owner_name, tickets.our_turn_since, last_message_at, probably_of, sealed_subject, wrapped_key, spoken,
       coalesce(${unreadSql(":readerId")}, false) as unread
     from placed join tickets on tickets.id = placed.id join vault_keys on vault_keys.id = key_id
     left join staff on staff.id = owner_id
     where place <= :most order by place`,
    { languages, most, readerId },
  );
  const tickets = result.rows.map(({ wrapped_key, sealed_subject, ...ticket }) => ({
    ...ticket,
    subject: vault.open(wrapped_key, "subject", sealed_subject),
  }));
  return { spoken: tickets.filter(({ spoken }) => spoken), others: tickets.filter(({ spoken }) => !spoken) };
}

type Row = Omit<ListedTicket, "subject"> & { spoken: boolean; wrapped_key: Buffer; sealed_subject: Buffer };
