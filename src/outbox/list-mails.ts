import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { type Cursor, exactMoment } from "../web/paging.ts";
import { isTroubled } from "./decide.ts";

export type OutboxMail = {
  id: string;
  ticket_id: string;
  message_id: string;
  subject: string;
  writer_name: string;
  state: "queued" | "sending" | "accepted" | "failed" | "unknown" | "withdrawn";
  protection: "encrypted" | "clear";
  attempts: number;
  failure: string | null;
  not_before: Date;
  created_at: Date;
  bounced_at: Date | null;
};

const perPage = 50;

/** Answers about which a person has to decide, oldest first, and where the next page begins. */
export async function listTroubled(
  db: Database,
  vault: Vault,
  after: Cursor | null,
): Promise<{ mails: OutboxMail[]; next: Cursor | null }> {
  const query = mails(db)
    .whereRaw(isTroubled)
    .orderBy("outbox_mails.id")
    .limit(perPage + 1);
  if (after) query.where("outbox_mails.id", ">", after.id);
  const rows = await query;
  const last = rows[perPage - 1];
  return {
    mails: rows.slice(0, perPage).map((row) => open(vault, row)),
    next: rows.length > perPage && last ? { moment: last.moment, id: last.id } : null,
  };
}

/** Answers that leave by themselves, the next one first; at most 50. */
export async function listWaiting(db: Database, vault: Vault): Promise<OutboxMail[]> {
  const rows = await mails(db)
    .whereIn("outbox_mails.state", ["queued", "sending"])
    .orderBy(["outbox_mails.not_before", "outbox_mails.id"])
    .limit(perPage);
  return rows.map((row) => open(vault, row));
}

/** One answer about which a person has to decide; null when nobody has to, or not any more. */
export async function findTroubled(db: Database, vault: Vault, id: string): Promise<OutboxMail | null> {
  const row = await mails(db).whereRaw(isTroubled).where("outbox_mails.id", id).first();
  return row ? open(vault, row) : null;
}

type Row = Omit<OutboxMail, "subject"> & { sealed_subject: Buffer; wrapped_key: Buffer; moment: string };

function mails(db: Database) {
  return db<Row>("outbox_mails")
    .join("tickets", "tickets.id", "outbox_mails.ticket_id")
    .join("vault_keys", "vault_keys.id", "tickets.key_id")
    .join("messages", "messages.id", "outbox_mails.message_id")
    .leftJoin("staff", "staff.id", "messages.staff_id")
    .select<Row[]>(
      "outbox_mails.*",
      db.raw("coalesce(staff.name, 'the desk itself') as writer_name"),
      "tickets.sealed_subject",
      "vault_keys.wrapped_key",
      db.raw("? as moment", [exactMoment(db, "outbox_mails.created_at")]),
    );
}

function open(vault: Vault, { sealed_subject, wrapped_key, ...row }: Row): OutboxMail {
  return { ...row, subject: vault.open(wrapped_key, "subject", sealed_subject) };
}
