import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";

export type RecentAct = {
  id: string;
  ticket_id: string;
  subject: string;
  action: string;
  detail: Record<string, string>;
  staff_name: string;
  created_at: Date;
};

/** What the staff did lately, newest first; looking at an address is not told here. Reads the last 200 events at most. */
export async function readRecent(db: Database, vault: Vault, most: number): Promise<RecentAct[]> {
  const rows = await db
    .from(db("ticket_events").orderBy("id", "desc").limit(200).as("events"))
    .join("staff", "staff.id", "events.staff_id")
    .join("tickets", "tickets.id", "events.ticket_id")
    .join("vault_keys", "vault_keys.id", "tickets.key_id")
    .whereNot("events.action", "address_shown")
    .orderBy("events.id", "desc")
    .limit(most)
    .select("events.*", "staff.name as staff_name", "tickets.sealed_subject", "vault_keys.wrapped_key");
  return rows.map(({ wrapped_key, sealed_subject, ...row }) => ({
    ...row,
    subject: vault.open(wrapped_key, "subject", sealed_subject),
  }));
}
