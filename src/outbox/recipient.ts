import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { mayGetClear, whyNotClear } from "./how-it-may-leave.ts";
import { type Secrecy, secrecyOf } from "./secrecy.ts";

/** Who an answer on a ticket goes to, and how it may leave. */
export type Recipient = {
  ticketId: string;
  personId: string;
  address: string;
  /** Somebody has to choose first whether answers go to this address. */
  mustChoose: boolean;
  /** The key that a staff member confirmed for this person; a key that only came with a mail is used for nothing. */
  confirmed: Secrecy["confirmed"];
  /** False for somebody who encrypted by themselves or gave a key, on any ticket: to them nothing leaves in clear. */
  mayGetClear: boolean;
  /** It is false only because something on this ticket was not read: a member of the staff may decide otherwise. */
  mayBeDecided: boolean;
  /** Why it is encrypted, may go in clear, or can not go at all; for the staff. */
  reason: string;
};

/** The recipient of a ticket's answers; null when the person gave no address. */
export async function recipientOf(db: Database, vault: Vault, ticketId: string): Promise<Recipient | null> {
  const person = await db("tickets")
    .join("people", "people.id", "tickets.person_id")
    .join("vault_keys", "vault_keys.id", "people.key_id")
    .where("tickets.id", ticketId)
    .first<{ id: string; recipient_open: boolean; sealed_address: Buffer; wrapped_key: Buffer }>(
      "people.id",
      "recipient_open",
      "people.sealed_address",
      "vault_keys.wrapped_key",
    );
  if (!person) return null;
  const address = vault.open(person.wrapped_key, "address", person.sealed_address);
  const secrecy = await secrecyOf(db, vault, address, ticketId);
  return {
    ticketId,
    personId: person.id,
    address,
    mustChoose: person.recipient_open,
    confirmed: secrecy.confirmed,
    mayGetClear: mayGetClear(secrecy),
    mayBeDecided: !mayGetClear(secrecy) && mayGetClear({ ...secrecy, hasUnopened: false }),
    reason: explain(secrecy),
  };
}

function explain(secrecy: Secrecy): string {
  if (secrecy.confirmed) return "The key of this person was confirmed: the answer is encrypted to it.";
  if (!mayGetClear(secrecy)) return `${whyNotClear(secrecy)}.`;
  return "No key is known: the answer can leave in clear only, and the person's mail provider can read it.";
}
