import { createHash } from "node:crypto";
import type { Database } from "../database.ts";
import { exportSigning } from "../openpgp/export-public.ts";
import type { SecretKeys } from "../openpgp/open-secret-keys.ts";
import { hashesOfAddress } from "../people/person-of-address.ts";
import type { Vault } from "../vault/vault.ts";

/** The public half of what signs our answers. `version` is another one as soon as anything of it is, such as its end. */
export type OurKey = { armored: string; version: string };

/** What people encrypt to; null when none of our keys can sign. */
export async function ourKeyOf(keys: SecretKeys): Promise<OurKey | null> {
  const armored = await exportSigning(keys);
  if (armored === null) return null;
  return { armored, version: createHash("sha256").update(armored).digest("hex").slice(0, 32) };
}

/** Our key, when this person has not got it yet, or not as it is now; null: they have it. */
export async function keyToAttach(
  db: Database,
  vault: Vault,
  ourKey: OurKey | null,
  address: string,
): Promise<OurKey | null> {
  const person = await db("people")
    .whereIn("address_hash", hashesOfAddress(vault, address))
    .first("our_key_sent");
  return person?.our_key_sent === ourKey?.version ? null : ourKey;
}

/** Notes that our key went to this person. */
export async function rememberKey(
  db: Database,
  vault: Vault,
  ourKey: OurKey,
  address: string,
): Promise<void> {
  await db("people")
    .whereIn("address_hash", hashesOfAddress(vault, address))
    .update({ our_key_sent: ourKey.version });
}
