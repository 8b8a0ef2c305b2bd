import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";

/** Who an answer on a ticket goes to, and how it may leave. */
export type Recipient = {
  address: string;
  /** Public keys that came with this ticket, armored: the answer is encrypted to them. */
  keys: string[];
  /** False for somebody who encrypted by themselves or gave a key, on any ticket: to them nothing leaves in clear. */
  mayGetClear: boolean;
  /** Why it is encrypted, may go in clear, or can not go at all; for the staff. */
  reason: string;
};

/** The recipient of a ticket's answers; null when the person gave no address. */
export async function recipientOf(db: Database, vault: Vault, ticketId: string): Promise<Recipient | null> {
  const person = await db("tickets")
    .join("people", "people.id", "tickets.person_id")
    .join("vault_keys", "vault_keys.id", "people.key_id")
    .where("tickets.id", ticketId)
    .first<{ id: string; sealed_address: Buffer; wrote_encrypted_at: Date | null; wrapped_key: Buffer }>(
      "people.id",
      "people.sealed_address",
      "people.wrote_encrypted_at",
      "vault_keys.wrapped_key",
    );
  if (!person) return null;

  const keys = await keysOfTicket(db, vault, ticketId);
  const gaveKey = keys.length > 0 || (await gaveKeyElsewhere(db, person.id));
  const wroteEncrypted = person.wrote_encrypted_at !== null;
  return {
    address: vault.open(person.wrapped_key, "address", person.sealed_address),
    keys,
    mayGetClear: !gaveKey && !wroteEncrypted,
    reason: explain(keys.length > 0, gaveKey, wroteEncrypted),
  };
}

/**
 * The key of the person who opened the ticket goes before one that somebody else brought, who knew only the public id
 * of the report or wrote from another address: such a message must not turn our answers to its own key.
 */
async function keysOfTicket(db: Database, vault: Vault, ticketId: string): Promise<string[]> {
  const rows: { sealed_key: Buffer; wrapped_key: Buffer }[] = await db("offered_keys")
    .join("vault_keys", "vault_keys.id", "offered_keys.key_id")
    .join("messages", "messages.id", "offered_keys.message_id")
    .where("offered_keys.ticket_id", ticketId)
    .orderByRaw("messages.marks && array['author not proven', 'another address'], offered_keys.id desc")
    .limit(1)
    .select("sealed_key", "wrapped_key");
  return rows.map((row) => vault.open(row.wrapped_key, "public key", row.sealed_key));
}

async function gaveKeyElsewhere(db: Database, personId: string): Promise<boolean> {
  const key = await db("offered_keys")
    .join("tickets", "tickets.id", "offered_keys.ticket_id")
    .where("tickets.person_id", personId)
    .first("offered_keys.id");
  return key !== undefined;
}

function explain(hasKey: boolean, gaveKey: boolean, wroteEncrypted: boolean): string {
  if (hasKey) return "A key came with this ticket: the answer is encrypted to it.";
  if (gaveKey)
    return "This person gave a key on another ticket, and none here: ask for it there before you answer.";
  if (wroteEncrypted)
    return "This person wrote encrypted, and no key is known: without one no answer can leave.";
  return "No key is known: the answer can leave in clear only, and the person's mail provider can read it.";
}
