import type { Database } from "../database.ts";
import type { SealingKey } from "../vault/sealing-keys.ts";
import type { Vault } from "../vault/vault.ts";
import { hashOfFingerprint } from "./hash-of-fingerprint.ts";
import type { KeyFacts } from "./key-facts.ts";

/** Where a key stood: in a WhisperBack report, in a mail, or it was looked up by a member of the staff. */
export type KeySource = "report" | "attachment" | "text" | "autocrypt" | "web key directory" | "key server";

export type NewOffer = {
  /** Null: it came in a mail that names nobody. */
  personId: string | null;
  /** The mail it came with; null: looked up. */
  place: { ticketId: string; messageId: string } | null;
  key: SealingKey;
  source: KeySource;
  /** Other places of the same mail where it stood. */
  also: KeySource[];
  armored: string;
  facts: KeyFacts;
  /** Its mail was read once more: a copy that is offered on the ticket already stays. */
  readAgain?: boolean;
};

/**
 * Keeps a key that came with a mail, for a person to look at: it is used for nothing. A newer copy of the same key takes
 * the place of the older one, when it came from the same person. Keys of our own are not kept.
 */
export async function offerKey(trx: Database, vault: Vault, offer: NewOffer): Promise<void> {
  const { key, facts, place } = offer;
  const ours = await trx("our_keys").where({ fingerprint: facts.fingerprint }).first("fingerprint");
  if (ours || (await isVouchedFor(trx, vault, offer))) return;
  const row = {
    person_id: offer.personId,
    ticket_id: place?.ticketId ?? null,
    message_id: place?.messageId ?? null,
    key_id: key.id,
    fingerprint_hash: hashOfFingerprint(vault, facts.fingerprint),
    sealed_key: vault.seal(key.wrapped_key, "public key", offer.armored),
    sealed_facts: vault.seal(key.wrapped_key, "key facts", JSON.stringify(facts)),
    source: offer.source,
    also: offer.also,
  };
  const insert = trx("offered_keys").insert(row);
  const newer = { ...row, created_at: trx.fn.now() };
  if (place && offer.readAgain) {
    await insert.onConflict(["ticket_id", "fingerprint_hash"]).ignore();
  } else if (place) {
    await insert
      .onConflict(["ticket_id", "fingerprint_hash"])
      .merge(newer)
      .whereRaw("offered_keys.person_id is not distinct from excluded.person_id");
  } else {
    await insert
      .onConflict(trx.raw("(person_id, fingerprint_hash) where message_id is null"))
      .merge({ ...newer, refused_at: null, refused_by: null, sealed_refusal: null });
  }
}

/** The same copy came before, in a mail with a good signature: a later mail without one must not take that away. */
async function isVouchedFor(trx: Database, vault: Vault, offer: NewOffer): Promise<boolean> {
  if (!offer.place) return false;
  const row = await trx("offered_keys")
    .join("vault_keys", "vault_keys.id", "offered_keys.key_id")
    .join("messages", "messages.id", "offered_keys.message_id")
    .where("offered_keys.ticket_id", offer.place.ticketId)
    .where({ fingerprint_hash: hashOfFingerprint(vault, offer.facts.fingerprint), signature: "good" })
    .first<{ sealed_key: Buffer; wrapped_key: Buffer } | undefined>("sealed_key", "wrapped_key");
  return row !== undefined && vault.open(row.wrapped_key, "public key", row.sealed_key) === offer.armored;
}
