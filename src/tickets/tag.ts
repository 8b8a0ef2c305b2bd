import type { Database } from "../database.ts";
import { isId } from "../web/is-id.ts";
import { lockTickets } from "./change-tickets.ts";
import { recordEvent } from "./record-event.ts";
import { cleanTagName } from "./tags.ts";

export type Tagged = { ok: true; changed: boolean } | { ok: false; reason: "no name" };

/** Puts a tag on a ticket; one of a new name comes to be by that. Upper and lower case make no difference. */
export async function tagTicket(
  db: Database,
  ticketId: string,
  staffId: string,
  name: string,
): Promise<Tagged> {
  const clean = cleanTagName(name);
  if (!clean) return { ok: false, reason: "no name" };
  return await db.transaction(async (trx): Promise<Tagged> => {
    const changed = await tagTickets(trx, [ticketId], staffId, clean);
    return { ok: true, changed: changed.length === 1 };
  });
}

/** Tags tickets in the transaction of the caller, and returns those that had not this tag. */
export async function tagTickets(
  trx: Database,
  ticketIds: string[],
  staffId: string | null,
  name: string,
): Promise<string[]> {
  await lockTickets(trx, ticketIds);
  return await addTag(trx, ticketIds, staffId, await tagNamed(trx, name, staffId));
}

/** The tag of this name, in whatever case, made when there is none; nobody merges it away before this transaction ends. */
export async function tagNamed(
  trx: Database,
  name: string,
  staffId: string | null,
): Promise<{ id: string; name: string }> {
  // The update that changes nothing holds the row.
  const [tag] = await trx("tags")
    .insert({ name, created_by: staffId })
    .onConflict(trx.raw("(lower(name))"))
    .merge({ name: trx.raw("tags.name") })
    .returning(["id", "name"]);
  return tag;
}

/** Puts a tag that is there on tickets that the caller holds. */
export async function addTag(
  trx: Database,
  ticketIds: string[],
  staffId: string | null,
  tag: { id: string; name: string },
): Promise<string[]> {
  const result = await trx.raw<{ rows: { ticket_id: string }[] }>(
    `with added as (
       insert into ticket_tags (ticket_id, tag_id)
       select id, :tagId::bigint from tickets where id = any(:ids::bigint[]) and merged_into is null
       on conflict do nothing returning ticket_id)
     insert into ticket_events (ticket_id, staff_id, action, detail, before, after)
     select ticket_id, :staffId::bigint, 'tagged', jsonb_build_object('tag', :name::text),
       jsonb_build_object('tag:' || :tagId::text, false), jsonb_build_object('tag:' || :tagId::text, true)
     from added order by ticket_id returning ticket_id`,
    { ids: `{${ticketIds.join(",")}}`, tagId: tag.id, name: tag.name, staffId },
  );
  return result.rows.map(({ ticket_id }) => ticket_id);
}

/** Takes a tag off a ticket. False: it was not there. */
export async function untagTicket(
  db: Database,
  ticketId: string,
  staffId: string,
  tagId: string,
): Promise<boolean> {
  if (!isId(tagId)) return false;
  return await db.transaction(async (trx) => {
    await lockTickets(trx, [ticketId]);
    const tag = await trx("tags").where({ id: tagId }).first("name");
    const removed = await trx("ticket_tags").where({ ticket_id: ticketId, tag_id: tagId }).delete();
    if (!removed) return false;
    const key = `tag:${tagId}`;
    await recordEvent(trx, {
      ticketId,
      staffId,
      action: "untagged",
      detail: { tag: tag?.name ?? "" },
      before: { [key]: true },
      after: { [key]: false },
    });
    return true;
  });
}
