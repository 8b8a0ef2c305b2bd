import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { isId } from "../web/is-id.ts";
import { lockTickets } from "./change-tickets.ts";
import { recordEvent } from "./record-event.ts";
import type { TicketStatus } from "./ticket.ts";

export type LinkedTicket = { id: string; subject: string; status: TicketStatus };
export type Linked = { ok: true; changed: boolean } | { ok: false; reason: "itself" | "not there" };

/** Says that two tickets have to do with each other; both tell it. */
export async function linkTickets(
  db: Database,
  ticketId: string,
  otherId: string,
  staffId: string,
): Promise<Linked> {
  return await changeLink(db, ticketId, otherId, staffId, true);
}

/** Takes a link away. */
export async function unlinkTickets(
  db: Database,
  ticketId: string,
  otherId: string,
  staffId: string,
): Promise<Linked> {
  return await changeLink(db, ticketId, otherId, staffId, false);
}

/** The tickets that were linked with this one, newest first; at most 100. */
export async function linkedTickets(db: Database, vault: Vault, ticketId: string): Promise<LinkedTicket[]> {
  const result = await db.raw<{ rows: (LinkedTicket & { sealed_subject: Buffer; wrapped_key: Buffer })[] }>(
    `select tickets.id, status, sealed_subject, wrapped_key from (
       select high_id as id from ticket_links where low_id = :ticketId
       union all select low_id from ticket_links where high_id = :ticketId) linked
     join tickets using (id) join vault_keys on vault_keys.id = tickets.key_id
     order by tickets.id desc limit 100`,
    { ticketId },
  );
  return result.rows.map(({ sealed_subject, wrapped_key, ...row }) => ({
    ...row,
    subject: vault.open(wrapped_key, "subject", sealed_subject),
  }));
}

async function changeLink(
  db: Database,
  ticketId: string,
  otherId: string,
  staffId: string,
  wanted: boolean,
): Promise<Linked> {
  if (ticketId === otherId) return { ok: false, reason: "itself" };
  if (!isId(ticketId) || !isId(otherId)) return { ok: false, reason: "not there" };
  return await db.transaction(async (trx): Promise<Linked> => {
    const there = await lockTickets(trx, [ticketId, otherId]);
    if (there.length < 2) return { ok: false, reason: "not there" };
    if (!(await writeLink(trx, ticketId, otherId, staffId, wanted))) return { ok: true, changed: false };

    const action = wanted ? "linked" : "unlinked";
    for (const [one, other] of [
      [ticketId, otherId],
      [otherId, ticketId],
    ] as const) {
      const key = `link:${other}`;
      const [before, after] = [{ [key]: !wanted }, { [key]: wanted }];
      await recordEvent(trx, { ticketId: one, staffId, action, detail: { ticket: other }, before, after });
    }
    return { ok: true, changed: true };
  });
}

/** Adds or takes away the row of a pair; false: it was so already. Its history the caller writes. Null: the desk itself does. */
export async function writeLink(
  trx: Database,
  ticketId: string,
  otherId: string,
  staffId: string | null,
  wanted: boolean,
): Promise<boolean> {
  const [low, high] = BigInt(ticketId) < BigInt(otherId) ? [ticketId, otherId] : [otherId, ticketId];
  if (!wanted) return (await trx("ticket_links").where({ low_id: low, high_id: high }).delete()) === 1;
  const added = await trx("ticket_links")
    .insert({ low_id: low, high_id: high, created_by: staffId })
    .onConflict(["low_id", "high_id"])
    .ignore()
    .returning("low_id");
  return added.length === 1;
}
