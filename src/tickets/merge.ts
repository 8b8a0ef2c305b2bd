import type { Database } from "../database.ts";
import { isId } from "../web/is-id.ts";
import { statusColumns } from "./change-status.ts";
import { changeTickets, lockTickets } from "./change-tickets.ts";
import { mergedInto } from "./merged-into.ts";
import { movableKeys, moveMessages } from "./move-messages.ts";
import { joinReads } from "./reads.ts";
import { type StateChange, stateOf } from "./ticket-state.ts";

export type MergeRefusal =
  | "itself"
  | "not there"
  /** One of them stands on another ticket already; "circle": on this very one. */
  | "merged already"
  | "circle"
  /** Nobody would answer the second person any more, unless somebody agreed: the same person, two addresses. */
  | "two people";
export type Merged = { ok: true; mergeId: string } | { ok: false; reason: MergeRefusal };

/**
 * Puts everything of one ticket (`sourceId`) on another (`targetId`): messages, tags, the person where there was none,
 * and whose turn it is. Keys move when both are of one person: an answer must never be encrypted to somebody else.
 */
export async function mergeTickets(
  db: Database,
  merge: { sourceId: string; targetId: string; staffId: string; twoAddressesAgreed?: boolean },
): Promise<Merged> {
  const { sourceId, targetId, staffId } = merge;
  if (sourceId === targetId) return { ok: false, reason: "itself" };
  if (!isId(sourceId) || !isId(targetId)) return { ok: false, reason: "not there" };
  return await db.transaction(async (trx): Promise<Merged> => {
    await lockTickets(trx, [sourceId, targetId]);
    const source = await readState(trx, sourceId);
    const target = await readState(trx, targetId);
    const reason = await refusal(trx, source, target, sourceId, merge.twoAddressesAgreed === true);
    if (reason) return { ok: false, reason };
    if (!source || !target) throw new Error("refusal() lets no missing ticket pass");

    const messageIds: string[] = await trx("messages")
      .where({ ticket_id: sourceId })
      .orderBy("id")
      .pluck("id");
    const samePerson = target.person_id === null || source.person_id === target.person_id;
    const offeredKeyIds = samePerson ? await movableKeys(trx, sourceId, targetId) : [];
    await joinReads(trx, sourceId, targetId);
    await moveMessages(trx, { messageIds, fromId: sourceId, toId: targetId, offeredKeyIds });

    const [row] = await trx("ticket_merges")
      .insert({
        source_id: sourceId,
        target_id: targetId,
        message_ids: `{${messageIds.join(",")}}`,
        offered_key_ids: `{${offeredKeyIds.join(",")}}`,
        source_before: JSON.stringify(source),
        target_before: JSON.stringify(target),
        target_after: JSON.stringify(target),
        merged_by: staffId,
      })
      .returning<{ id: string }[]>("id");
    if (!row) throw new Error("A merge was not written down");
    await closeSource(trx, sourceId, targetId, staffId, row.id);
    const after = await growTarget(trx, sourceId, targetId, staffId, row.id, source);
    await trx("ticket_merges")
      .where({ id: row.id })
      .update({ target_after: JSON.stringify(after) });
    return { ok: true, mergeId: row.id };
  });
}

async function refusal(
  trx: Database,
  source: StateChange | null,
  target: StateChange | null,
  sourceId: string,
  twoAddressesAgreed: boolean,
): Promise<MergeRefusal | null> {
  if (!source || !target) return "not there";
  if (typeof target.merged_into === "string") {
    return (await mergedInto(trx, target.merged_into)) === sourceId ? "circle" : "merged already";
  }
  if (source.merged_into) return "merged already";
  const twoPeople = source.person_id && target.person_id && source.person_id !== target.person_id;
  return twoPeople && !twoAddressesAgreed ? "two people" : null;
}

/** State, tags included, as events write it. */
export async function readState(trx: Database, ticketId: string): Promise<StateChange | null> {
  const row = await trx("tickets")
    .where({ id: ticketId })
    .first<{ state: StateChange; tags: string[] }>(
      trx.raw(`${stateOf("tickets")} as state`),
      trx.raw(
        `array(select tag_id::text from ticket_tags where ticket_id = tickets.id order by tag_id) as tags`,
      ),
    );
  if (!row) return null;
  return { ...row.state, ...Object.fromEntries(row.tags.map((id) => [`tag:${id}`, true])) };
}

/** Its tags stay on it, so that taking apart needs not put them back. */
async function closeSource(
  trx: Database,
  sourceId: string,
  targetId: string,
  staffId: string,
  mergeId: string,
) {
  await changeTickets(trx, [sourceId], {
    staffId,
    action: "merged_into",
    set: { ...statusColumns(trx, { status: "resolved" }, staffId), merged_into: targetId },
    detail: { ticket: targetId, merge: mergeId },
  });
}

async function growTarget(
  trx: Database,
  sourceId: string,
  targetId: string,
  staffId: string,
  mergeId: string,
  source: StateChange,
): Promise<StateChange | null> {
  const added = await trx.raw<{ rows: { tag_id: string }[] }>(
    `insert into ticket_tags (ticket_id, tag_id) select ?::bigint, tag_id from ticket_tags where ticket_id = ?
     on conflict do nothing returning tag_id`,
    [targetId, sourceId],
  );
  const keys = added.rows.map(({ tag_id }) => `tag:${tag_id}`);
  const tagged = (value: boolean) => Object.fromEntries(keys.map((key) => [key, value]));

  const waits = source.our_turn_since;
  // Who waited on the one goes on waiting on the other, since the earlier moment; spam stays spam.
  const turn = waits
    ? {
        status: trx.raw(
          "case when before.status in ('new', 'open', 'spam') then before.status else 'open' end",
        ),
        our_turn_since: trx.raw(
          "case when before.status <> 'spam' then least(before.our_turn_since, ?::timestamptz) end",
          [waits],
        ),
        closed_at: trx.raw("case when before.status = 'spam' then before.closed_at end"),
        closed_by: trx.raw("case when before.status = 'spam' then before.closed_by end"),
        snoozed_until: null,
      }
    : {};
  await changeTickets(trx, [targetId], {
    staffId,
    action: "merged",
    set: {
      ...turn,
      person_id: trx.raw("coalesce(before.person_id, ?)", [source.person_id ?? null]),
      person_proven: trx.raw("case when before.person_id is null then ? else before.person_proven end", [
        source.person_proven ?? false,
      ]),
      recipient_open: trx.raw("before.recipient_open or ?", [source.recipient_open ?? false]),
    },
    detail: { ticket: sourceId, merge: mergeId },
    also: {
      [targetId]: {
        before: { ...tagged(false), [`holds:${sourceId}`]: false },
        after: { ...tagged(true), [`holds:${sourceId}`]: true },
      },
    },
  });
  return await readState(trx, targetId);
}
