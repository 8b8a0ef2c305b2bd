import type { Database } from "../database.ts";
import { type Backlog, backlogSql } from "../inbox/backlog.ts";
import { type EndedKey, endedKeysSql, openEndedKeys, type SealedEndedKey } from "../people/ended-keys.ts";
import { unapprovedLanguages } from "../reply-templates/unapproved.ts";
import type { Vault } from "../vault/vault.ts";
import type { Handover } from "./shift.ts";

/** What the start page tells beside the tickets; each number stops at 1,001. */
export type Overview = {
  /** Since when this person's shift runs; null: they are in none. */
  started_at: Date | null;
  /** When their last shift ended; null: they never ended one. */
  last_end: Date | null;
  /** The note of the shift that ended last, whoever's it was. */
  handover: Handover | null;
  waiting_for_user: number;
  waiting_for_fix: number;
  /** Snoozed tickets that are our turn again before midnight (UTC). */
  back_today: number;
  /** Notes that call this person and that they have not read, newest first, at most 10. */
  mentions: { ticket_id: string; message_id: string; writer_name: string; created_at: Date }[];
  /** People to whom nothing can leave, since they ended their key. */
  ended_keys: EndedKey[];
  /** A long mailbox that is on its way into the desk. */
  backlog: Backlog | null;
  /** Tickets with an unsent answer of this person, newest first, at most 10. */
  drafts: string[];
  /** Queues whose acknowledgement says something newer than what a lead approved. */
  acknowledgements_waiting: number;
};

/** Reads it in one statement. */
export async function readOverview(db: Database, vault: Vault, staffId: string): Promise<Overview> {
  const count = (where: string) =>
    `(select count(*) from (select from tickets where ${where} limit 1001) bounded)::int`;
  const result = await db.raw<{ rows: Row[] }>(
    `select
       (select started_at from shifts where staff_id = :staffId and ended_at is null) as started_at,
       (select ended_at from shifts where staff_id = :staffId and ended_at is not null order by id desc limit 1) as last_end,
       ${count("status = 'waiting_for_user'")} as waiting_for_user,
       ${count("status = 'waiting_for_fix'")} as waiting_for_fix,
       ${count("snoozed_until < (date_trunc('day', now() at time zone 'UTC') + interval '1 day') at time zone 'UTC'")} as back_today,
       (select json_agg(mention) from (
          select ticket_id::text, messages.id::text as message_id, staff.name as writer_name, messages.created_at
          from mentions join messages on messages.id = mentions.message_id join staff on staff.id = messages.staff_id
          where mentions.staff_id = :staffId and read_at is null order by messages.id desc limit 10) mention) as mentions,
       (select json_agg(draft.ticket_id::text) from (
          select ticket_id from drafts where staff_id = :staffId and saved_at > now() - interval '7 days'
          order by saved_at desc limit 10) draft) as drafts,
       (select count(*)::int from acknowledgement_settings setting join reply_templates on reply_templates.id = template_id
          where is_on and retired_at is null and exists ${unapprovedLanguages("setting")}) as acknowledgements_waiting,
       ${backlogSql} as backlog,
       ${endedKeysSql} as ended_keys,
       note.*
     from (select) one left join (
       select shifts.id as shift_id, staff.name as shift_staff_name, started_at as shift_started_at,
         ended_at as shift_ended_at, sealed_note, wrapped_key
       from shifts join staff on staff.id = shifts.staff_id join vault_keys on vault_keys.id = shifts.key_id
       where ended_at is not null order by ended_at desc, shifts.id desc limit 1) note on true`,
    { staffId },
  );
  const [row] = result.rows;
  if (!row) throw new Error("The overview came back empty");
  return {
    started_at: row.started_at,
    last_end: row.last_end,
    handover: openHandover(vault, row),
    waiting_for_user: row.waiting_for_user,
    waiting_for_fix: row.waiting_for_fix,
    back_today: row.back_today,
    mentions: (row.mentions ?? []).map((each) => ({ ...each, created_at: new Date(each.created_at) })),
    drafts: row.drafts ?? [],
    acknowledgements_waiting: row.acknowledgements_waiting,
    backlog: row.backlog,
    ended_keys: openEndedKeys(vault, row.ended_keys),
  };
}

function openHandover(vault: Vault, row: Row): Handover | null {
  if (row.shift_id === null) return null;
  return {
    id: row.shift_id,
    staff_name: row.shift_staff_name,
    started_at: row.shift_started_at,
    ended_at: row.shift_ended_at,
    note: vault.open(row.wrapped_key, "handover", row.sealed_note),
  };
}

type Row = Omit<Overview, "handover" | "mentions" | "drafts" | "ended_keys"> & {
  ended_keys: SealedEndedKey[] | null;
  mentions: (Omit<Overview["mentions"][number], "created_at"> & { created_at: string })[] | null;
  drafts: string[] | null;
} & (
    | { shift_id: null }
    | {
        shift_id: string;
        shift_staff_name: string;
        shift_started_at: Date;
        shift_ended_at: Date;
        sealed_note: Buffer;
        wrapped_key: Buffer;
      }
  );
