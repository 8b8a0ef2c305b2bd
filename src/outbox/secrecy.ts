import type { Database } from "../database.ts";
import { type KeyFacts, problemOf } from "../people/key-facts.ts";
import { hashOfAddress } from "../people/person-of-address.ts";
import type { Vault } from "../vault/vault.ts";

/** What the desk knows of how an address has to be written to. */
export type Secrecy = {
  personId: string | null;
  /** The key that a staff member confirmed; `problem`: why nothing can be encrypted to it now. */
  confirmed: {
    armored: string;
    fingerprint: string;
    expiresAt: string | null;
    problem: string | null;
  } | null;
  /** By themselves or by their program, on any ticket; also one that was refused or is in use no more. */
  gaveKey: boolean;
  wroteEncrypted: boolean;
};

/** Asked by the address itself, so that it holds whoever a ticket belongs to by now. One statement. */
export async function secrecyOf(
  db: Database,
  vault: Vault,
  address: string,
  ticketId: string | null,
): Promise<Secrecy> {
  const row = await db("people")
    .leftJoin("pinned_keys as pinned", (join) =>
      join.on("pinned.person_id", "people.id").onNull("pinned.ended_at"),
    )
    .leftJoin("vault_keys", "vault_keys.id", "pinned.key_id")
    .where("address_hash", hashOfAddress(vault, address))
    .first(
      "people.id",
      "wrote_encrypted_at",
      "pinned.sealed_key",
      "pinned.sealed_facts",
      "wrapped_key",
      db.raw(
        `(exists (select from offered_keys where person_id = people.id and message_id is not null)
          or exists (select from pinned_keys where person_id = people.id)
          or exists (select from offered_keys where ticket_id = ?)) as gave_key`,
        [ticketId],
      ),
      // Whoever is answered at another address than they wrote from has encrypted all the same.
      db.raw(
        `exists (select from messages where ticket_id = ? and kind = 'from_user' and encryption = 'encrypted'
           and not exists (select from reports where message_id = messages.id)) as encrypted_here`,
        [ticketId],
      ),
    );
  if (!row) return { personId: null, confirmed: null, gaveKey: false, wroteEncrypted: false };
  return {
    personId: row.id,
    confirmed: row.sealed_key ? openConfirmed(vault, row) : null,
    gaveKey: row.gave_key,
    wroteEncrypted: row.wrote_encrypted_at !== null || row.encrypted_here,
  };
}

function openConfirmed(
  vault: Vault,
  row: { wrapped_key: Buffer; sealed_key: Buffer; sealed_facts: Buffer },
): NonNullable<Secrecy["confirmed"]> {
  const facts: KeyFacts = JSON.parse(vault.open(row.wrapped_key, "key facts", row.sealed_facts));
  return {
    armored: vault.open(row.wrapped_key, "public key", row.sealed_key),
    fingerprint: facts.fingerprint,
    expiresAt: facts.encryptsUntil,
    problem: problemOf(facts),
  };
}
