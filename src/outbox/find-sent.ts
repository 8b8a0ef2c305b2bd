import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { referenceOf } from "./message-id.ts";

/** More references than this are not looked at: the last ones are the nearest (RFC 5322 §3.6.4). */
const mostReferences = 50;

/** The ticket that a reply belongs to, by the Message-IDs that it names; null unless one is ours and proven by its code. */
export async function ticketOfReference(
  db: Database,
  vault: Vault,
  messageIds: string[],
): Promise<{ ticketId: string; personId: string | null } | null> {
  const references = ourReferences(vault, messageIds);
  if (references.length === 0) return null;
  const row = await db("outbox_mails")
    .join("tickets", "tickets.id", "outbox_mails.ticket_id")
    .whereIn("reference", references)
    .orderBy("outbox_mails.id", "desc")
    .first<{ ticket_id: string; person_id: string | null }>("outbox_mails.ticket_id", "tickets.person_id");
  return row ? { ticketId: row.ticket_id, personId: row.person_id } : null;
}

/** Notes on the mail of ours that it came back, and returns its ticket; null when none of the ids is ours. */
export async function markBounced(db: Database, vault: Vault, messageIds: string[]): Promise<string | null> {
  const references = ourReferences(vault, messageIds);
  if (references.length === 0) return null;
  const [row] = await db("outbox_mails")
    .whereIn("reference", references)
    .update({ bounced_at: db.fn.now() })
    .returning<{ ticket_id: string }[]>("ticket_id");
  return row?.ticket_id ?? null;
}

function ourReferences(vault: Vault, messageIds: string[]): string[] {
  return messageIds.slice(-mostReferences).flatMap((messageId) => referenceOf(vault, messageId) ?? []);
}
