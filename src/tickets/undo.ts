import type { Database } from "../database.ts";
import { indexWorkaround } from "../search/index-workaround.ts";
import type { Vault } from "../vault/vault.ts";
import { isId } from "../web/is-id.ts";
import { changeTickets, lockTickets } from "./change-tickets.ts";
import { callBack } from "./forward-inside.ts";
import { writeLink } from "./links.ts";
import { readState } from "./merge.ts";
import { recordEvent } from "./record-event.ts";
import { restoredColumns } from "./restore.ts";
import { unsplitMessages } from "./split.ts";
import { isStateColumn, type StateChange } from "./ticket-state.ts";
import { unmergeTickets } from "./unmerge.ts";
import { withdrawDecision } from "./unopened-parts.ts";

/** How long what somebody did can be undone. */
export const minutesToUndo = 10;

export type UndoRefusal =
  | "not there"
  /** It changed nothing, or it is an undo itself. */
  | "nothing to undo"
  /** Done by no member of the staff: a message arrived, a snooze ended, a rule sorted it. */
  | "by the desk itself"
  /** Answers are taken back in the outbox, not here. */
  | "an answer"
  | "too late"
  | "undone already"
  | "changed since"
  /** What it would bring back is gone: the tag was merged away, the person's account is closed. */
  | "gone";
export type Undone = { ok: true; ticketId: string } | { ok: false; reason: UndoRefusal };

/** Undoes what a member of the staff did less than ten minutes ago, if nobody changed the same since; any of the staff may. */
export async function undoEvent(
  db: Database,
  vault: Vault,
  eventId: string,
  staffId: string,
): Promise<Undone> {
  if (!isId(eventId)) return { ok: false, reason: "not there" };
  return await db.transaction(async (trx): Promise<Undone> => {
    const known = await trx("ticket_events").where({ id: eventId }).first("ticket_id", "detail", "before");
    if (!known) return { ok: false, reason: "not there" };
    const other = isId(known.detail.ticket) ? [known.detail.ticket] : [];
    await holdPeople(trx, known.before);
    await lockTickets(trx, [known.ticket_id, ...other]);
    const event = await findEvent(trx, eventId);
    const reason = refusal(event);
    if (reason) return { ok: false, reason };
    return await carryOut(trx, vault, event, staffId);
  });
}

/** Before tickets, as a mail that is received does: two that wait for each other would wait for ever. */
async function holdPeople(trx: Database, before: StateChange | null): Promise<void> {
  const prefix = "person_queue:";
  const ids = Object.keys(before ?? {}).filter((key) => key.startsWith(prefix));
  if (ids.length === 0) return;
  await trx("people")
    .whereIn(
      "id",
      ids.map((key) => key.slice(prefix.length)),
    )
    .orderBy("id")
    .forNoKeyUpdate()
    .select("id");
}

/** What the history keeps of one change, and what undoing it asks of the clock and of later events. */
export type Event = {
  id: string;
  ticket_id: string;
  staff_id: string | null;
  action: string;
  detail: Record<string, string>;
  before: StateChange | null;
  after: StateChange | null;
  undoes: string | null;
  in_time: boolean;
  undone: boolean;
};

async function findEvent(trx: Database, id: string): Promise<Event> {
  const event = await trx("ticket_events")
    .where({ id })
    .first<Event>(
      "*",
      trx.raw("created_at > now() - make_interval(mins => ?) as in_time", [minutesToUndo]),
      trx.raw("exists (select from ticket_events later where later.undoes = ticket_events.id) as undone"),
    );
  if (!event) throw new Error("An event disappeared");
  return event;
}

function refusal(event: Event): UndoRefusal | null {
  if (event.undone) return "undone already";
  if (event.action === "answered") return "an answer";
  if (!event.before || !event.after || event.undoes) return "nothing to undo";
  if (!event.staff_id) return "by the desk itself";
  return event.in_time ? null : "too late";
}

async function carryOut(trx: Database, vault: Vault, event: Event, staffId: string): Promise<Undone> {
  const { detail, ticket_id: ticketId } = event;
  if (detail.merge) return await undoMerge(trx, event, detail.merge, staffId);
  if (event.action === "unmerged" || event.action === "unmerged_from")
    return { ok: false, reason: "nothing to undo" };
  if (event.action === "split") {
    const { ticket: newId = "", messages = "", keys = "" } = detail;
    const [messageIds, keyIds] = [messages.split(","), keys.split(",")];
    const done = await unsplitMessages(trx, vault, {
      ticketId,
      newId,
      messageIds,
      keyIds,
      staffId,
      undoes: event.id,
    });
    return done ? { ok: true, ticketId } : { ok: false, reason: "changed since" };
  }

  if (await touchedSince(trx, event)) return { ok: false, reason: "changed since" };
  if (await isGone(trx, event)) return { ok: false, reason: "gone" };
  await restore(trx, event, staffId);
  if ("sealed_workaround" in (event.before ?? {})) await indexWorkaround(trx, vault, ticketId);
  return { ok: true, ticketId };
}

async function undoMerge(trx: Database, event: Event, mergeId: string, staffId: string): Promise<Undone> {
  const both: { id: string; action: string }[] = await trx("ticket_events")
    .whereIn("action", ["merged", "merged_into"])
    .whereIn("ticket_id", [event.ticket_id, event.detail.ticket ?? "0"])
    .whereRaw("detail ->> 'merge' = ?", [mergeId])
    .select("id", "action");
  const undone = await unmergeTickets(trx, mergeId, staffId, {
    source: both.find(({ action }) => action === "merged_into")?.id,
    target: both.find(({ action }) => action === "merged")?.id,
  });
  if (undone.ok) return { ok: true, ticketId: event.ticket_id };
  return { ok: false, reason: undone.reason === "taken apart already" ? "undone already" : "changed since" };
}

/** Somebody changed the same later, and that was not undone; the present value tells it of what has no event. */
async function touchedSince(trx: Database, event: Event): Promise<boolean> {
  const keys = Object.keys(event.after ?? {}).filter((key) => !key.startsWith("person_queue:"));
  const later = await trx("ticket_events as later")
    .where({ ticket_id: event.ticket_id })
    .where("id", ">", event.id)
    .whereNull("undoes")
    .whereRaw("after \\?| ?::text[]", [keys])
    .whereNotExists(trx("ticket_events as undo").whereRaw("undo.undoes = later.id"))
    .first("id");
  if (later) return true;
  const now = (await readState(trx, event.ticket_id)) ?? {};
  return keys
    .filter((key) => isStateColumn(key) || key.startsWith("tag:"))
    .some((key) => (now[key] || null) !== (event.after?.[key] || null));
}

async function isGone(trx: Database, { before }: Event): Promise<boolean> {
  const tags = Object.entries(before ?? {}).flatMap(([key, value]) =>
    key.startsWith("tag:") && value === true ? [key.slice("tag:".length)] : [],
  );
  const there = await trx("tags").whereIn("id", tags).orderBy("id").forKeyShare().pluck("id");
  if (there.length < tags.length) return true;
  const owner = before?.owner_id;
  if (typeof owner !== "string") return false;
  return (await trx("staff").where({ id: owner }).whereNull("disabled_at").first("id")) === undefined;
}

async function restore(trx: Database, event: Event, staffId: string): Promise<void> {
  const { ticket_id: ticketId, before, after } = event;
  if (!before || !after) throw new Error("refusal() lets no event pass that changed nothing");
  const others = Object.keys(before).filter((key) => !isStateColumn(key));
  for (const key of others)
    await restoreOther(trx, ticketId, key, before[key] ?? null, after[key] ?? null, staffId);

  const columns = restoredColumns(trx, before);
  const undo = {
    staffId,
    action: "undone",
    detail: { ...event.detail, action: event.action },
    undoes: event.id,
  };
  const only = (change: StateChange) => Object.fromEntries(others.map((key) => [key, change[key] ?? null]));
  if (Object.keys(columns).length === 0) {
    await recordEvent(trx, { ...undo, ticketId, before: after, after: before });
  } else {
    const also = { [ticketId]: { before: only(after), after: only(before) } };
    await changeTickets(trx, [ticketId], { ...undo, set: columns, also });
  }
}

async function restoreOther(
  trx: Database,
  ticketId: string,
  key: string,
  before: StateChange[string],
  after: StateChange[string],
  staffId: string,
): Promise<void> {
  const [kind = "", id = ""] = key.split(":");
  if (kind === "tag" && before === true) await trx("ticket_tags").insert({ ticket_id: ticketId, tag_id: id });
  if (kind === "tag" && before === false) {
    await trx("ticket_tags").where({ ticket_id: ticketId, tag_id: id }).delete();
  }
  // Where somebody else has put this person's later mails meanwhile, they stay.
  if (kind === "forwarded") await callBack(trx, id);
  if (kind === "unopened") await withdrawDecision(trx, id);
  if (kind === "person_queue")
    await trx("people").where({ id, queue_id: after }).update({ queue_id: before });
  if (kind === "link") {
    await writeLink(trx, ticketId, id, staffId, before === true);
    const [was, is] = [{ [`link:${ticketId}`]: after }, { [`link:${ticketId}`]: before }];
    const detail = { action: before ? "unlinked" : "linked" };
    const twin = await trx("ticket_events")
      .where({ ticket_id: id, action: detail.action })
      .whereRaw("after -> ? is not null", [`link:${ticketId}`])
      .orderBy("id", "desc")
      .first("id");
    await recordEvent(trx, {
      ticketId: id,
      staffId,
      action: "undone",
      detail,
      before: was,
      after: is,
      undoes: twin?.id,
    });
  }
}
