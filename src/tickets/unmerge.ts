import type { Database } from "../database.ts";
import { isId } from "../web/is-id.ts";
import { changeTickets, lockTickets } from "./change-tickets.ts";
import { readState } from "./merge.ts";
import { moveMessages } from "./move-messages.ts";
import { restoredColumns } from "./restore.ts";
import { isStateColumn, type StateChange, turnColumns } from "./ticket-state.ts";

export type Unmerged =
  | { ok: true; sourceId: string; targetId: string }
  | {
      ok: false;
      /** "merged further": the ticket that took it in stands on a third one by now; take that apart first. */
      reason: "not there" | "taken apart already" | "merged further" | "a message was moved on";
    };

export type Merge = {
  id: string;
  source_id: string;
  target_id: string;
  merged_by_name: string;
  merged_at: Date;
};

/** The merges that put others on this ticket and can be taken apart, newest first. */
export async function mergesOf(db: Database, ticketId: string): Promise<Merge[]> {
  return await db("ticket_merges")
    .join("staff", "staff.id", "ticket_merges.merged_by")
    .where({ target_id: ticketId })
    .whereNull("taken_apart_at")
    .orderBy("ticket_merges.id", "desc")
    .select(
      "ticket_merges.id",
      "source_id",
      "target_id",
      "staff.name as merged_by_name",
      "ticket_merges.merged_at",
    );
}

/**
 * Takes a merge apart: the ticket that was merged is exactly what it was, and the other one too, apart from what was done
 * to it since.
 */
export async function unmergeTickets(
  db: Database,
  mergeId: string,
  staffId: string,
  undoes: { source?: string | undefined; target?: string | undefined } = {},
): Promise<Unmerged> {
  if (!isId(mergeId)) return { ok: false, reason: "not there" };
  return await db.transaction(async (trx): Promise<Unmerged> => {
    const known = await trx("ticket_merges").where({ id: mergeId }).first("source_id", "target_id");
    if (!known) return { ok: false, reason: "not there" };
    const { source_id: sourceId, target_id: targetId } = known;
    await lockTickets(trx, [sourceId, targetId]);
    const merge: MergeRow = await trx("ticket_merges").where({ id: mergeId }).first();
    if (merge.taken_apart_at) return { ok: false, reason: "taken apart already" };
    const source = await readState(trx, sourceId);
    const target = await readState(trx, targetId);
    if (!source || !target) throw new Error("A ticket of this merge disappeared");
    if (target.merged_into) return { ok: false, reason: "merged further" };
    const stillThere = await trx("messages")
      .whereIn("id", merge.message_ids)
      .where({ ticket_id: targetId })
      .pluck("id");
    if (stillThere.length < merge.message_ids.length) return { ok: false, reason: "a message was moved on" };

    await trx("ticket_merges")
      .where({ id: mergeId })
      .update({ taken_apart_by: staffId, taken_apart_at: trx.fn.now() });
    await shrinkTarget(trx, merge, target, staffId, undoes.target);
    // A merged ticket is empty: first it is no longer merged, then its messages come back.
    await changeTickets(
      trx,
      [sourceId],
      {
        staffId,
        action: "unmerged_from",
        set: restoredColumns(trx, merge.source_before),
        detail: { ticket: targetId, merge: mergeId },
        ...(undoes.source ? { undoes: undoes.source } : {}),
      },
      { mergedToo: true },
    );
    await moveMessages(trx, {
      messageIds: merge.message_ids,
      fromId: targetId,
      toId: sourceId,
      offeredKeyIds: merge.offered_key_ids,
    });
    return { ok: true, sourceId, targetId };
  });
}

type MergeRow = {
  source_id: string;
  target_id: string;
  message_ids: string[];
  offered_key_ids: string[];
  source_before: StateChange;
  target_before: StateChange;
  target_after: StateChange;
  taken_apart_at: Date | null;
};

/** What the merge changed and nobody since goes back; whose turn it is goes back as a whole or not at all. */
async function shrinkTarget(
  trx: Database,
  merge: MergeRow,
  now: StateChange,
  staffId: string,
  undoes: string | undefined,
): Promise<void> {
  const { target_before: before, target_after: after } = merge;
  const untouched = (key: string) => (now[key] ?? null) === (after[key] ?? null);
  const turnUntouched = turnColumns.every(untouched);
  const back = Object.keys({ ...before, ...after }).filter((key) => {
    if ((before[key] ?? null) === (after[key] ?? null)) return false;
    return turnColumns.some((column) => column === key) ? turnUntouched : untouched(key);
  });
  const tags = back.filter((key) => key.startsWith("tag:"));
  await trx("ticket_tags")
    .where({ ticket_id: merge.target_id })
    .whereIn(
      "tag_id",
      tags.map((key) => key.slice("tag:".length)),
    )
    .delete();

  const columns = Object.fromEntries(back.filter(isStateColumn).map((key) => [key, before[key] ?? null]));
  const tagged = (value: boolean) => Object.fromEntries(tags.map((key) => [key, value]));
  await changeTickets(trx, [merge.target_id], {
    staffId,
    action: "unmerged",
    set: { person_proven: trx.raw("before.person_proven"), ...restoredColumns(trx, columns) },
    detail: { ticket: merge.source_id },
    also: {
      [merge.target_id]: {
        before: { ...tagged(true), [`holds:${merge.source_id}`]: true },
        after: { ...tagged(false), [`holds:${merge.source_id}`]: false },
      },
    },
    ...(undoes ? { undoes } : {}),
  });
}
