import type { Database } from "../database.ts";
import { isId } from "../web/is-id.ts";
import { unlessTaken } from "./name-taken.ts";

export type Tag = { id: string; name: string; description: string };
export type CountedTag = Tag & { tickets: number };

/** A name as it is stored: one line, single spaces, 60 characters at most; null when it is none. */
export function cleanTagName(name: string): string | null {
  const clean = name.normalize("NFC").replace(/\s+/gu, " ").trim();
  // A comma parts tags where several are written.
  return clean === "" || clean.length > 60 || /[,\p{Cc}]/u.test(clean) ? null : clean;
}

/** All tags by name, with how many tickets have each; a count stops at 1,001. */
export async function listTags(db: Database): Promise<CountedTag[]> {
  return await db("tags")
    .orderByRaw("lower(tags.name)")
    .select(
      "tags.id",
      "tags.name",
      "tags.description",
      db.raw(
        `(select count(*) from (
            select from ticket_tags where tag_id = tags.id limit 1001) bounded)::int as tickets`,
      ),
    );
}

/** The tags of these names, in whatever case. */
export async function tagsNamed(db: Database, names: string[]): Promise<{ id: string; name: string }[]> {
  const lower = names.map(() => "lower(?)").join(", ");
  return await db("tags").whereRaw(`lower(name) in (${lower})`, names).orderBy("id").select("id", "name");
}

/** Names for a `<datalist>`: those of the tags, by name, without counting; at most 500. */
export async function tagNames(db: Database): Promise<string[]> {
  return await db("tags").orderByRaw("lower(name)").limit(500).pluck("name");
}

export async function findTag(db: Database, id: unknown): Promise<Tag | null> {
  if (!isId(id)) return null;
  return (await db<Tag>("tags").where({ id }).first("id", "name", "description")) ?? null;
}

/** The tags of a ticket by name. */
export async function tagsOfTicket(db: Database, ticketId: string): Promise<Tag[]> {
  return await db("ticket_tags")
    .join("tags", "tags.id", "ticket_tags.tag_id")
    .where({ ticket_id: ticketId })
    .orderByRaw("lower(tags.name)")
    .select("tags.id", "tags.name", "tags.description");
}

/** Gives a tag another name and description; it stays on its tickets. A taken name: merge the two instead. */
export async function changeTag(
  db: Database,
  id: string,
  tag: { name: string; description: string },
): Promise<{ ok: true } | { ok: false; reason: "name taken" | "no name" | "not there" }> {
  const name = cleanTagName(tag.name);
  if (!name) return { ok: false, reason: "no name" };
  const changed = await unlessTaken("tags_name_unique", () =>
    db("tags").where({ id }).update({ name, description: tag.description.trim() }),
  );
  if (changed === null) return { ok: false, reason: "name taken" };
  return changed ? { ok: true } : { ok: false, reason: "not there" };
}

/** Puts the second tag in place of the first on all tickets, with an event on each, and the first is gone. */
export async function mergeTags(
  db: Database,
  fromId: string,
  intoId: string,
  staffId: string,
): Promise<{ ok: true; tickets: number } | { ok: false; reason: "itself" | "not there" }> {
  if (fromId === intoId) return { ok: false, reason: "itself" };
  return await db.transaction(async (trx) => {
    const both = await trx("tags")
      .whereIn("id", [fromId, intoId])
      .orderBy("id")
      .forUpdate()
      .select("id", "name");
    const [from, into] = [fromId, intoId].map((id) => both.find((tag) => tag.id === id));
    if (!from || !into) return { ok: false as const, reason: "not there" as const };

    const result = await trx.raw<{ rows: unknown[] }>(
      `with taken as (delete from ticket_tags where tag_id = :from returning ticket_id),
       given as (insert into ticket_tags (ticket_id, tag_id) select ticket_id, :into::bigint from taken
         on conflict do nothing returning ticket_id)
       insert into ticket_events (ticket_id, staff_id, action, detail, before, after)
       select ticket_id, :staffId::bigint, 'tags_merged', jsonb_build_object('from', :fromName::text, 'to', :intoName::text),
         jsonb_build_object('tag:' || :from::text, true) ||
           case when given.ticket_id is null then '{}' else jsonb_build_object('tag:' || :into::text, false) end,
         jsonb_build_object('tag:' || :from::text, false) ||
           case when given.ticket_id is null then '{}' else jsonb_build_object('tag:' || :into::text, true) end
       from taken left join given using (ticket_id) returning id`,
      { from: fromId, into: intoId, staffId, fromName: from.name, intoName: into.name },
    );
    await trx("sorting_rules").where({ tag_id: fromId }).update({ tag_id: intoId });
    await trx("tags").where({ id: fromId }).delete();
    return { ok: true as const, tickets: result.rows.length };
  });
}
