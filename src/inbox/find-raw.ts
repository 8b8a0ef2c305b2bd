import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";

/** The raw bytes of a mail that is set aside; null when there is no such mail, or no copy of it. */
export async function findRawSetAside(db: Database, vault: Vault, mailId: string): Promise<Buffer | null> {
  const row = await db("mails")
    .join("vault_keys", "vault_keys.id", "mails.key_id")
    .where({ "mails.id": mailId, state: "set_aside" })
    .whereNotNull("sealed_raw")
    .first<{ sealed_raw: Buffer; wrapped_key: Buffer }>("sealed_raw", "wrapped_key");
  return row ? vault.openBytes(row.wrapped_key, "raw", row.sealed_raw) : null;
}
