import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";

const days = 7;

export type Draft = { text: string; saved_at: Date };

/** Keeps what a staff member has written on a ticket and not sent, for seven days; the last one counts. Empty text drops it. */
export async function saveDraft(
  db: Database,
  vault: Vault,
  draft: { ticketId: string; staffId: string; text: string },
): Promise<void> {
  if (draft.text.trim() === "") return await dropDraft(db, draft.ticketId, draft.staffId);
  const key = await db("tickets")
    .join("vault_keys", "vault_keys.id", "tickets.key_id")
    .where("tickets.id", draft.ticketId)
    .first<{ wrapped_key: Buffer }>("wrapped_key");
  if (!key) throw new Error("The ticket of this draft disappeared");
  await db("drafts")
    .insert({
      ticket_id: draft.ticketId,
      staff_id: draft.staffId,
      sealed_text: vault.seal(key.wrapped_key, "draft", draft.text),
    })
    .onConflict(["ticket_id", "staff_id"])
    .merge({ sealed_text: db.raw("excluded.sealed_text"), saved_at: db.fn.now() });
}

/** What this staff member has written on this ticket and not sent; nobody else's. */
export async function readDraft(
  db: Database,
  vault: Vault,
  ticketId: string,
  staffId: string,
): Promise<Draft | null> {
  const row = await drafts(db).where({ ticket_id: ticketId, staff_id: staffId }).first();
  return row ? { text: vault.open(row.wrapped_key, "draft", row.sealed_text), saved_at: row.saved_at } : null;
}

/** Tickets on which this staff member has a draft, the latest first; at most 50. */
export async function listDrafts(
  db: Database,
  vault: Vault,
  staffId: string,
): Promise<{ ticket_id: string; subject: string; saved_at: Date }[]> {
  const rows = await drafts(db).where({ staff_id: staffId }).orderBy("saved_at", "desc").limit(50);
  return rows.map((row) => ({
    ticket_id: row.ticket_id,
    subject: vault.open(row.wrapped_key, "subject", row.sealed_subject),
    saved_at: row.saved_at,
  }));
}

/** Forgets a draft; there may be none. */
export async function dropDraft(db: Database, ticketId: string, staffId: string): Promise<void> {
  await db("drafts").where({ ticket_id: ticketId, staff_id: staffId }).delete();
}

/** Forgets drafts that are older than seven days, and returns how many. */
export async function deleteExpiredDrafts(db: Database): Promise<number> {
  return await db("drafts").whereRaw("saved_at <= now() - make_interval(days => ?)", [days]).delete();
}

type Row = {
  ticket_id: string;
  sealed_text: Buffer;
  saved_at: Date;
  wrapped_key: Buffer;
  sealed_subject: Buffer;
};

function drafts(db: Database) {
  return db("drafts")
    .join("tickets", "tickets.id", "drafts.ticket_id")
    .join("vault_keys", "vault_keys.id", "tickets.key_id")
    .whereRaw("saved_at > now() - make_interval(days => ?)", [days])
    .select<Row[]>("drafts.ticket_id", "sealed_text", "saved_at", "wrapped_key", "sealed_subject");
}
