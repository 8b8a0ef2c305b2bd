import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import type { MailReading } from "./mail-reading.ts";

/**
 * The mark for a mail with a ciphertext that came before from somebody else: it may have been taken from that mail, so
 * its text is never quoted. Remembers what this mail brought; safe to repeat. Of a mail that is read once more, only
 * ciphertexts that could not be opened before are looked at: the others came from it before anybody copied them. One
 * statement.
 */
export async function copiedCiphertexts(
  trx: Database,
  vault: Vault,
  { ciphertexts }: Extract<MailReading, { ok: true }>,
  { readBefore = false } = {},
): Promise<string[]> {
  if (ciphertexts.hashes.length === 0) return [];
  const sender = vault.lookUpHash("sender of ciphertext", ciphertexts.sender.toLowerCase());
  const hashes = ciphertexts.hashes.map((hash) => vault.lookUpHash("ciphertext", hash));
  const result = await trx.raw(
    `with added as (
       insert into seen_ciphertexts (ciphertext_hash, sender_hash) select unnest(:hashes::bytea[]), :sender
       on conflict do nothing returning ciphertext_hash)
     select exists (
       select from seen_ciphertexts where sender_hash <> :sender and ciphertext_hash = any(
         case when :readBefore then array(select ciphertext_hash from added) else :hashes::bytea[] end)) as was_seen`,
    { hashes, sender, readBefore },
  );
  return result.rows[0].was_seen ? ["copied ciphertext"] : [];
}
