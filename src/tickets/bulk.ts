import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { isId } from "../web/is-id.ts";
import { changeStatus } from "./change-status.ts";
import { changeTickets } from "./change-tickets.ts";
import { moveTickets } from "./move.ts";
import { tagTickets } from "./tag.ts";
import { cleanTagName } from "./tags.ts";
import type { TicketStatus } from "./ticket.ts";

export type BulkAct =
  | { act: "take" }
  | { act: "move"; queueId: string }
  | { act: "tag"; name: string }
  | { act: "resolve" }
  | { act: "spam" };

/** One ticket of a bulk: what would happen to it. `why` is a sentence when it stays as it is. */
export type BulkLine = { id: string; subject: string; status: TicketStatus; why: string | null };
export type BulkRefusal = "no tickets" | "too many" | "no such queue" | "no tag name";

export const mostInBulk = 500;

/** What an act would change on these tickets, and what not and why, by id. Nothing is changed. */
export async function previewBulk(
  db: Database,
  vault: Vault,
  ticketIds: string[],
  act: BulkAct,
): Promise<
  { ok: true; lines: BulkLine[]; changes: number; missing: string[] } | { ok: false; reason: BulkRefusal }
> {
  const ids = [...new Set(ticketIds)];
  const reason = await refusal(db, ids, act);
  if (reason) return { ok: false, reason };
  const rows = await readRows(db, ids, act);
  const lines = rows.map((row) => ({
    id: row.id,
    status: row.status,
    subject: vault.open(row.wrapped_key, "subject", row.sealed_subject),
    why: whyNot(row, act),
  }));
  const there = new Set(rows.map(({ id }) => id));
  const missing = ids.filter((id) => !there.has(id));
  return { ok: true, lines, changes: lines.filter(({ why }) => why === null).length, missing };
}

/** Does it in one transaction, with one event for each ticket that changed; what would not change stays as it is. */
export async function runBulk(
  db: Database,
  ticketIds: string[],
  act: BulkAct,
  staffId: string,
): Promise<{ ok: true; changed: string[] } | { ok: false; reason: BulkRefusal }> {
  const ids = [...new Set(ticketIds)];
  const reason = await refusal(db, ids, act);
  if (reason) return { ok: false, reason };
  return await db.transaction(async (trx) => ({
    ok: true as const,
    changed: await carryOut(trx, ids, act, staffId),
  }));
}

async function refusal(db: Database, ids: string[], act: BulkAct): Promise<BulkRefusal | null> {
  if (ids.length === 0 || !ids.every(isId)) return "no tickets";
  if (ids.length > mostInBulk) return "too many";
  if (act.act === "tag" && !cleanTagName(act.name)) return "no tag name";
  if (act.act !== "move") return null;
  const queue = isId(act.queueId) && (await db("queues").where({ id: act.queueId }).first("id"));
  return queue ? null : "no such queue";
}

async function carryOut(trx: Database, ids: string[], act: BulkAct, staffId: string): Promise<string[]> {
  if (act.act === "tag") return await tagTickets(trx, ids, staffId, cleanTagName(act.name) ?? "");
  const changed = await changeBy(trx, ids, act, staffId);
  return changed.map(({ ticket_id }) => ticket_id);
}

async function changeBy(
  trx: Database,
  ids: string[],
  act: Exclude<BulkAct, { act: "tag" }>,
  staffId: string,
) {
  if (act.act === "move") return await moveTickets(trx, ids, staffId, act.queueId);
  if (act.act === "take") {
    const onlyIf = trx.raw("owner_id is null");
    return await changeTickets(trx, ids, { staffId, action: "taken", set: { owner_id: staffId }, onlyIf });
  }
  return await changeStatus(trx, ids, staffId, "closed", {
    status: act.act === "resolve" ? "resolved" : "spam",
  });
}

type Row = {
  id: string;
  status: TicketStatus;
  sealed_subject: Buffer;
  wrapped_key: Buffer;
  queue_id: string;
  owner_name: string | null;
  merged_into: string | null;
  tagged: boolean;
};

async function readRows(db: Database, ids: string[], act: BulkAct): Promise<Row[]> {
  const name = act.act === "tag" ? cleanTagName(act.name) : null;
  return await db("tickets")
    .join("vault_keys", "vault_keys.id", "tickets.key_id")
    .leftJoin("staff", "staff.id", "tickets.owner_id")
    .whereIn("tickets.id", ids)
    .orderBy("tickets.id")
    .select(
      "tickets.id",
      "status",
      "sealed_subject",
      "wrapped_key",
      "tickets.queue_id",
      "staff.name as owner_name",
      "merged_into",
      db.raw(
        `exists (select from ticket_tags join tags on tags.id = tag_id
           where ticket_id = tickets.id and lower(tags.name) = lower(?)) as tagged`,
        [name],
      ),
    );
}

function whyNot(row: Row, act: BulkAct): string | null {
  if (row.merged_into) return `It stands on ticket ${row.merged_into}`;
  if (act.act === "take") return row.owner_name ? `${row.owner_name} has it` : null;
  if (act.act === "move") return row.queue_id === act.queueId ? "It is in this queue" : null;
  if (act.act === "tag") return row.tagged ? "It has this tag" : null;
  if (act.act === "resolve") return row.status === "resolved" ? "It is resolved" : null;
  return row.status === "spam" ? "It is spam" : null;
}
