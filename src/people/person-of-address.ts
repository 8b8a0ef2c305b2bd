import type { Database } from "../database.ts";
import { cleanAddress, keyOfAddress, otherFormOf } from "../mime/clean-address.ts";
import type { Vault } from "../vault/vault.ts";

/**
 * The id of the person who has this address; stored at the first mail, sealed, and found again by a keyed hash. Of two
 * mails of one new person that are read at the same time, the second takes the row of the first. One statement.
 */
export async function personOfAddress(db: Database, vault: Vault, address: string): Promise<string> {
  const wrappedKey = vault.newKey();
  const result = await db.raw(
    `with known as (
       select id from people where address_hash = any(:addressHashes)
       order by wrote_encrypted_at is null, named_key_at is null, address_hash <> :addressHash limit 1),
     key as (insert into vault_keys (wrapped_key) select :wrappedKey where not exists (select from known) returning id),
     added as (
       insert into people (address_hash, key_id, sealed_address) select :addressHash, id, :sealedAddress from key
       on conflict (address_hash) do update set address_hash = excluded.address_hash returning id)
     select id from known union all select id from added`,
    {
      addressHash: hashOfAddress(vault, address),
      addressHashes: hashesOfAddress(vault, address),
      wrappedKey,
      sealedAddress: vault.seal(wrappedKey, "address", cleanAddress(address) ?? address),
    },
  );
  const person: { id: string } | undefined = result.rows[0];
  if (!person) throw new Error("A person was neither found nor added");
  return person.id;
}

/** The keyed hash by which an address is stored: the whole address in its one form, without regard to case. */
export function hashOfAddress(vault: Vault, address: string): Buffer {
  return vault.lookUpHash("address", keyOfAddress(address));
}

/**
 * The hashes by which an address is looked up: before both forms of an international domain were one, each had a row of
 * its own, and what is sealed cannot be hashed anew in SQL.
 */
export function hashesOfAddress(vault: Vault, address: string): Buffer[] {
  const key = keyOfAddress(address);
  const other = otherFormOf(key);
  return [key, ...(other ? [other] : [])].map((form) => vault.lookUpHash("address", form));
}

/** Remembers that OpenPGP or S/MIME came from this address, whether it opened or not. */
export async function rememberCryptography(db: Database, personId: string): Promise<void> {
  await db("people")
    .where({ id: personId })
    .whereNull("showed_cryptography_at")
    .update({ showed_cryptography_at: db.fn.now() });
}

/** Remembers that this person encrypts by themselves: from now on nothing leaves to them in clear. */
export async function rememberEncryption(db: Database, personId: string): Promise<void> {
  await db("people")
    .where({ id: personId })
    .whereNull("wrote_encrypted_at")
    .update({ wrote_encrypted_at: db.fn.now() });
}

/** Remembers that a report named a key of this person: from now on nothing leaves to them in clear. */
export async function rememberNamedKey(db: Database, personId: string): Promise<void> {
  await db("people").where({ id: personId }).whereNull("named_key_at").update({ named_key_at: db.fn.now() });
}
