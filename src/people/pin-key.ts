import type { Database } from "../database.ts";
import { findSealingKey } from "../vault/sealing-keys.ts";
import type { Vault } from "../vault/vault.ts";
import { isId } from "../web/is-id.ts";
import { type Copy, holdKeys, knownRevocation, restricted } from "./heed-owner.ts";
import { readKeyFacts } from "./key-facts.ts";

export type Pinning = {
  personId: string;
  /** The row of `offered_keys` that the staff member looked at. */
  offeredId: string;
  staffId: string;
  /** Where it was confirmed, for its history. */
  ticketId: string | null;
  /** A fingerprint from elsewhere was typed, and was the same. */
  compared: boolean;
};

/**
 * Makes an offered key the one in force for a person, because a staff member said so; the one before is kept to check
 * old signatures. False: the key is not offered for this person, or was refused.
 */
export async function pinKey(trx: Database, vault: Vault, pinning: Pinning): Promise<boolean> {
  if (!isId(pinning.personId) || !isId(pinning.offeredId)) return false;
  // Two confirmations at once come one after the other.
  const person = await trx("people").where({ id: pinning.personId }).forUpdate().first("key_id");
  const offered = await trx("offered_keys")
    .join("vault_keys", "vault_keys.id", "offered_keys.key_id")
    .where({ "offered_keys.id": pinning.offeredId, person_id: pinning.personId })
    .whereNull("refused_at")
    .first("offered_keys.*", "wrapped_key");
  if (!person || !offered) return false;

  await trx("pinned_keys")
    .where({ person_id: pinning.personId })
    .whereNull("ended_at")
    .update({ ended_at: trx.fn.now(), ended_by: pinning.staffId, ended_how: "replaced" });
  const { armored, facts } = await copyNow(trx, vault, offered);
  const key = await findSealingKey(trx, person.key_id);
  await trx("pinned_keys").insert({
    person_id: pinning.personId,
    key_id: key.id,
    fingerprint_hash: offered.fingerprint_hash,
    sealed_key: vault.seal(key.wrapped_key, "public key", armored),
    sealed_facts: vault.seal(key.wrapped_key, "key facts", JSON.stringify(facts)),
    source: offered.source,
    ticket_id: pinning.ticketId,
    pinned_by: pinning.staffId,
    compared: pinning.compared,
  });
  return true;
}

/** The copy that was looked at, with what its owner said against it since. */
async function copyNow(
  trx: Database,
  vault: Vault,
  row: { sealed_key: Buffer; sealed_facts: Buffer | null; wrapped_key: Buffer; fingerprint_hash: Buffer },
): Promise<Copy> {
  const armored = vault.open(row.wrapped_key, "public key", row.sealed_key);
  const facts = row.sealed_facts
    ? JSON.parse(vault.open(row.wrapped_key, "key facts", row.sealed_facts))
    : await readKeyFacts(armored);
  await holdKeys(trx, vault, [facts.fingerprint]);
  const known = await knownRevocation(trx, vault, row.fingerprint_hash);
  return known ? await restricted({ armored, facts }, known.armored) : { armored, facts };
}
