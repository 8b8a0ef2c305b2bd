import { type Database, sendTogether } from "../database.ts";
import { readState } from "./merge.ts";
import { isStateColumn, type StateChange } from "./ticket-state.ts";
import { type Event, minutesToUndo, type UndoRefusal } from "./undo.ts";

/** For each event that somebody did in the last ten minutes: null when it can be undone, else why it cannot any more. */
export type UndoOutlook = Map<string, UndoRefusal | null>;

type Recent = Pick<Event, "id" | "staff_id" | "action" | "detail" | "before" | "after" | "undoes">;
type Present = { state: StateChange; tags: Set<string>; owners: Set<string> };

/**
 * What undoing would say of the latest events of a ticket, without trying it: the same rules as `undoEvent`, which asks
 * again when somebody does it. What is recent has only recent events after it.
 */
export async function undoOutlook(db: Database, ticketId: string): Promise<UndoOutlook> {
  const recent = await db("ticket_events")
    .where({ ticket_id: ticketId })
    .whereRaw("created_at > now() - make_interval(mins => ?)", [minutesToUndo])
    .orderBy("id")
    .select<Recent[]>("id", "staff_id", "action", "detail", "before", "after", "undoes");
  const own = recent.filter(
    ({ staff_id, action, before, after, undoes }) =>
      staff_id && before && after && !undoes && !["answered", "unmerged", "unmerged_from"].includes(action),
  );
  if (own.length === 0) return new Map();
  const present = await readPresent(db, ticketId, own);
  const outlooks = own.map(
    async (event): Promise<[string, UndoRefusal | null]> => [
      event.id,
      await outlookOf(db, ticketId, event, recent, present),
    ],
  );
  return new Map(await sendTogether(outlooks));
}

async function readPresent(db: Database, ticketId: string, events: Recent[]): Promise<Present> {
  const before = events.map((event) => event.before ?? {});
  const tagIds = before.flatMap((change) => tagsIn(change));
  const ownerIds = before.flatMap(({ owner_id }) => (typeof owner_id === "string" ? [owner_id] : []));
  const [state, tags, owners] = await sendTogether([
    readState(db, ticketId),
    tagIds.length > 0 ? db("tags").whereIn("id", tagIds).pluck<string[]>("id") : [],
    ownerIds.length > 0
      ? db("staff").whereIn("id", ownerIds).whereNull("disabled_at").pluck<string[]>("id")
      : [],
  ]);
  return { state: state ?? {}, tags: new Set(tags), owners: new Set(owners) };
}

async function outlookOf(
  db: Database,
  ticketId: string,
  event: Recent,
  recent: Recent[],
  present: Present,
): Promise<UndoRefusal | null> {
  if (recent.some(({ undoes }) => undoes === event.id)) return "undone already";
  if (event.detail.merge) return await mergeOutlook(db, event.detail.merge);
  if (event.action === "split") return (await isSplitUntouched(db, ticketId, event)) ? null : "changed since";
  if (isTouched(event, recent, present.state)) return "changed since";
  const owner = event.before?.owner_id;
  const isGone =
    tagsIn(event.before ?? {}).some((id) => !present.tags.has(id)) ||
    (typeof owner === "string" && !present.owners.has(owner));
  return isGone ? "gone" : null;
}

async function mergeOutlook(db: Database, mergeId: string): Promise<UndoRefusal | null> {
  const merge = await db("ticket_merges as merge")
    .join("tickets as target", "target.id", "merge.target_id")
    .where("merge.id", mergeId)
    .first(
      "taken_apart_at",
      "merged_into",
      db.raw(
        `cardinality(message_ids) = (select count(*) from messages
           where ticket_id = target_id and id = any (message_ids)) as all_there`,
      ),
    );
  if (!merge || merge.taken_apart_at) return "undone already";
  return merge.merged_into || !merge.all_there ? "changed since" : null;
}

async function isSplitUntouched(db: Database, ticketId: string, { detail }: Recent): Promise<boolean> {
  const messageIds = (detail.messages ?? "").split(",");
  const untouched = await db("tickets as part")
    .join("tickets as here", "here.id", db.raw("?", [ticketId]))
    .where("part.id", detail.ticket ?? "0")
    .where("part.message_count", messageIds.length)
    .whereNull("part.merged_into")
    .whereNull("here.merged_into")
    .whereNotExists(
      db("ticket_events")
        .whereRaw("ticket_events.ticket_id = part.id")
        .whereNotIn("action", ["opened", "split_from"]),
    )
    .first("part.id");
  return untouched !== undefined;
}

/** Somebody changed the same later, and that was not undone; the present value tells it of what has no event. */
function isTouched(event: Recent, recent: Recent[], state: StateChange): boolean {
  const keys = Object.keys(event.after ?? {}).filter((key) => !key.startsWith("person_queue:"));
  const undone = new Set(recent.map(({ undoes }) => undoes));
  const later = recent.slice(recent.indexOf(event) + 1);
  const changed = later.some(
    ({ id, undoes, after }) => !undoes && !undone.has(id) && keys.some((key) => after && key in after),
  );
  if (changed) return true;
  return keys
    .filter((key) => isStateColumn(key) || key.startsWith("tag:"))
    .some((key) => (state[key] || null) !== (event.after?.[key] || null));
}

function tagsIn(change: StateChange): string[] {
  return Object.entries(change).flatMap(([key, value]) =>
    key.startsWith("tag:") && value === true ? [key.slice("tag:".length)] : [],
  );
}
