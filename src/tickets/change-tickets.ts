import type { Knex } from "knex";
import type { Database } from "../database.ts";
import { type StateChange, type StateColumn, stateOf } from "./ticket-state.ts";

export type TicketChange = {
  /** Null: the desk did it by itself. */
  staffId: string | null;
  action: string;
  /** New values; a raw expression may read the old row as `before`. */
  set: Partial<Record<StateColumn, Knex.RawBinding>>;
  /** Only tickets for which this holds, such as `trx.raw("owner_id is null")`. */
  onlyIf?: Knex.Raw;
  /** Which of the changes the history tells as "from" and "to". */
  tells?: keyof typeof told;
  detail?: Record<string, string>;
  /** What changes beside the ticket's own row, for each ticket. */
  also?: Record<string, { before: StateChange; after: StateChange }>;
  undoes?: string;
};

export type Changed = { event_id: string; ticket_id: string };

/**
 * Changes tickets and writes one event for each that became different, in one statement that locks in the order of ids.
 * Merged tickets stay as they are. Returns what changed; doing it again changes nothing.
 */
export async function changeTickets(
  trx: Database,
  ticketIds: string[],
  change: TicketChange,
  options: { mergedToo?: boolean } = {},
): Promise<Changed[]> {
  const columns = Object.entries(change.set);
  if (columns.length === 0) throw new Error("A change without a column");
  const tells = change.tells ? told[change.tells] : null;
  const result = await trx.raw<{ rows: Changed[] }>(
    `with before as (
       select * from tickets where id = any(:ids::bigint[]) and ${options.mergedToo ? "true" : "merged_into is null"}
         and :onlyIf order by id for no key update),
     after as (
       update tickets set ${columns.map(([column], index) => `${column} = :value${index}`).join(", ")}
       from before where tickets.id = before.id returning tickets.*),
     compared as (
       select before.id, ${stateOf("before")} as old, ${stateOf("after")} as new,
         ${tells ? `jsonb_strip_nulls(jsonb_build_object('from', ${tells("before")}, 'to', ${tells("after")}))` : "'{}'::jsonb"} as told
       from before join after on after.id = before.id)
     insert into ticket_events (ticket_id, staff_id, action, detail, before, after, undoes)
     select id, :staffId::bigint, :action::text, told || :detail::jsonb, was, is_now, :undoes::bigint
     from compared cross join lateral (
       select coalesce(jsonb_object_agg(key, old -> key), '{}') || coalesce(:also::jsonb #> array[id::text, 'before'], '{}') as was,
         coalesce(jsonb_object_agg(key, value), '{}') || coalesce(:also::jsonb #> array[id::text, 'after'], '{}') as is_now
       from jsonb_each(new) where value is distinct from old -> key) difference
     where is_now <> '{}'
     order by id
     returning id as event_id, ticket_id`,
    {
      ...Object.fromEntries(columns.map(([, value], index) => [`value${index}`, value])),
      ids: `{${ticketIds.join(",")}}`,
      onlyIf: change.onlyIf ?? trx.raw("true"),
      staffId: change.staffId,
      action: change.action,
      detail: JSON.stringify(change.detail ?? {}),
      also: JSON.stringify(change.also ?? {}),
      undoes: change.undoes ?? null,
    },
  );
  return result.rows;
}

/** SQL: what the history says in words that a person knows. */
const told = {
  status: (row: string) => `${row}.status`,
  priority: (row: string) => `${row}.priority`,
  version: (row: string) => `${row}.last_version_that_worked`,
  queue: (row: string) => `(select name from queues where id = ${row}.queue_id)`,
  owner: (row: string) => `(select name from staff where id = ${row}.owner_id)`,
  until: (row: string) => `to_char(${row}.snoozed_until at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`,
};

/** Locks tickets until the transaction ends, in the order of their ids, and returns those that are there. */
export async function lockTickets(trx: Database, ticketIds: string[]): Promise<string[]> {
  const rows: { id: string }[] = await trx("tickets")
    .whereIn("id", ticketIds)
    .orderBy("id")
    .forNoKeyUpdate()
    .select("id");
  return rows.map(({ id }) => id);
}
