import { randomBytes } from "node:crypto";
import type { Database } from "../database.ts";
import { createVault, type Vault } from "./vault.ts";

/** A new master key as the text of its secret file. */
export function newMasterKey(): string {
  return `${randomBytes(32).toString("base64")}\n`;
}

/** Reads the text of the secret file; throws with what to do when it is not a master key. */
export function readMasterKey(text: string): Buffer {
  const key = Buffer.from(text.trim(), "base64");
  if (key.length !== 32 || key.toString("base64") !== text.trim()) {
    throw new Error(
      "MASTER_KEY_FILE: not a master key (44 characters of base64). `whisperdesk setup` makes one",
    );
  }
  return key;
}

/**
 * Opens the vault of this database. The first start writes a proof into it; later a master key that does not fit
 * stops the start, before anything is sealed with the wrong one.
 */
export async function openVault(db: Database, masterKey: Buffer): Promise<Vault> {
  const vault = createVault(masterKey);
  const wrappedKey = vault.newKey();
  const proof = Buffer.concat([wrappedKey, vault.seal(wrappedKey, "check", "whisperdesk")]);
  await db("vault_check").insert({ sealed: proof }).onConflict("only_row").ignore();

  const row = await db("vault_check").first<{ sealed: Buffer }>("sealed");
  if (!row) throw new Error("The database lost its vault check while it was read");
  try {
    const stored = row.sealed.subarray(0, wrappedKey.length);
    vault.open(stored, "check", row.sealed.subarray(wrappedKey.length));
  } catch {
    throw new Error(
      "MASTER_KEY_FILE: this is not the master key that this database was sealed with. Put the right file back; " +
        "nothing was changed",
    );
  }
  return vault;
}
