import type { Database } from "../database.ts";
import { addSealingKey } from "../vault/sealing-keys.ts";
import type { Vault } from "../vault/vault.ts";

/** The id of the person who has this address; stored at the first mail, sealed, and found again by a keyed hash. */
export async function personOfAddress(db: Database, vault: Vault, address: string): Promise<string> {
  const addressHash = hashOfAddress(vault, address);
  const known = await db("people").first<{ id: string }>("id").where({ address_hash: addressHash });
  if (known) return known.id;

  const key = await addSealingKey(db, vault);
  const [added] = await db("people")
    .insert({
      address_hash: addressHash,
      key_id: key.id,
      sealed_address: vault.seal(key.wrapped_key, "address", address),
    })
    // Two mails of one new person may be read at the same time: the second takes the row of the first.
    .onConflict("address_hash")
    .merge({ address_hash: addressHash })
    .returning("id");
  return added.id;
}

/** The keyed hash by which an address is found: the whole address without regard to case. */
export function hashOfAddress(vault: Vault, address: string): Buffer {
  return vault.lookUpHash("address", address.normalize("NFC").toLowerCase().trim());
}

/** Remembers that this person encrypts by themselves: from now on nothing leaves to them in clear. */
export async function rememberEncryption(db: Database, personId: string): Promise<void> {
  await db("people")
    .where({ id: personId })
    .whereNull("wrote_encrypted_at")
    .update({ wrote_encrypted_at: db.fn.now() });
}
