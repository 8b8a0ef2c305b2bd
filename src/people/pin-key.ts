import type { Database } from "../database.ts";
import { findSealingKey } from "../vault/sealing-keys.ts";
import type { Vault } from "../vault/vault.ts";
import { isId } from "../web/is-id.ts";
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
  const armored = vault.open(offered.wrapped_key, "public key", offered.sealed_key);
  const facts = offered.sealed_facts
    ? vault.open(offered.wrapped_key, "key facts", offered.sealed_facts)
    : JSON.stringify(await readKeyFacts(armored));
  const key = await findSealingKey(trx, person.key_id);
  await trx("pinned_keys").insert({
    person_id: pinning.personId,
    key_id: key.id,
    fingerprint_hash: offered.fingerprint_hash,
    sealed_key: vault.seal(key.wrapped_key, "public key", armored),
    sealed_facts: vault.seal(key.wrapped_key, "key facts", facts),
    source: offered.source,
    ticket_id: pinning.ticketId,
    pinned_by: pinning.staffId,
    compared: pinning.compared,
  });
  return true;
}
