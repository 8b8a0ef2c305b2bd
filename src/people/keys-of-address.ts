import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { hashesOfAddress } from "./person-of-address.ts";

/**
 * The keys that may prove a signature of this address: the confirmed one, and those that another one replaced. Never one
 * that only came with a mail.
 */
export async function keysOfAddress(
  db: Database,
  vault: Vault,
  address: string,
): Promise<{ address: string; armored: string }[]> {
  const rows = await db("people")
    .join("pinned_keys", "pinned_keys.person_id", "people.id")
    .join("vault_keys", "vault_keys.id", "pinned_keys.key_id")
    .whereIn("address_hash", hashesOfAddress(vault, address))
    .whereRaw("ended_how is distinct from 'unpinned'")
    .orderBy("pinned_keys.id", "desc")
    .limit(10)
    .select("sealed_key", "wrapped_key");
  return rows.map(({ sealed_key, wrapped_key }) => ({
    address,
    armored: vault.open(wrapped_key, "public key", sealed_key),
  }));
}
