import type { Database } from "../database.ts";
import { type KeyFacts, problemOf } from "../people/key-facts.ts";
import { hashesOfAddress } from "../people/person-of-address.ts";
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
  /** In a report, on any ticket, without bringing one that can be read. */
  namedKey: boolean;
  wroteEncrypted: boolean;
  /** Something on this ticket looks encrypted, or like a key, was not read, and nobody has decided otherwise. */
  hasUnopened: boolean;
};

/** Asked by the address itself, so that it holds whoever a ticket belongs to by now. One statement. */
export async function secrecyOf(
  db: Database,
  vault: Vault,
  address: string,
  ticketId: string | null,
): Promise<Secrecy> {
  const hashes = hashesOfAddress(vault, address);
  const row = await db
    .from(db.raw("(select) as one"))
    .leftJoin("people", db.raw("address_hash = any(?)", [hashes]))
    .leftJoin("pinned_keys as pinned", (join) =>
      join.on("pinned.person_id", "people.id").onNull("pinned.ended_at"),
    )
    .leftJoin("vault_keys", "vault_keys.id", "pinned.key_id")
    .orderByRaw("pinned.id is null, people.id")
    .first(
      "people.id",
      "pinned.sealed_key",
      "pinned.sealed_facts",
      "wrapped_key",
      // One address may have two rows, from before both forms of an international domain were one.
      db.raw(
        `(exists (select from offered_keys join people on people.id = person_id
            where address_hash = any(?) and message_id is not null)
          or exists (select from pinned_keys join people on people.id = person_id where address_hash = any(?))
          or exists (select from offered_keys where ticket_id = ?)) as gave_key`,
        [hashes, hashes, ticketId],
      ),
      db.raw(
        `exists (select from people where address_hash = any(?) and wrote_encrypted_at is not null) as wrote_encrypted,
         exists (select from people where address_hash = any(?) and named_key_at is not null) as named_key`,
        [hashes, hashes],
      ),
      // Whoever is answered at another address than they wrote from has encrypted all the same.
      db.raw(
        `exists (select from messages where ticket_id = ? and kind = 'from_user' and encryption = 'encrypted'
           and not exists (select from reports where message_id = messages.id)) as encrypted_here`,
        [ticketId],
      ),
      db.raw(
        `exists (select from messages join unopened_parts on message_id = messages.id
           where ticket_id = ? and decided_at is null) as has_unopened`,
        [ticketId],
      ),
    );
  return {
    personId: row.id,
    confirmed: row.sealed_key ? openConfirmed(vault, row) : null,
    gaveKey: row.gave_key,
    namedKey: row.named_key,
    wroteEncrypted: row.wrote_encrypted || row.encrypted_here,
    hasUnopened: row.has_unopened,
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
