import type { Database } from "../database.ts";
import type { Vault } from "./vault.ts";

/** A row of `vault_keys`: what seals and opens the content that names it. */
export type SealingKey = { id: string; wrapped_key: Buffer };

/** Stores a new key and returns it. */
export async function addSealingKey(db: Database, vault: Vault): Promise<SealingKey> {
  const [key] = await db("vault_keys")
    .insert({ wrapped_key: vault.newKey() })
    .returning(["id", "wrapped_key"]);
  return key;
}

/** The key of one row that is sealed, such as a ticket; throws when it was deleted. */
export async function findSealingKey(db: Database, id: string): Promise<SealingKey> {
  const key = await db("vault_keys").first<SealingKey>("id", "wrapped_key").where({ id });
  if (!key) throw new Error("The key of this content was deleted");
  return key;
}
