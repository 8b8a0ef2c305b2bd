import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import type { MailReading } from "./mail-reading.ts";

/**
 * The mark for a mail with a ciphertext that came before from somebody else: it may have been taken from that mail, so
 * its text is never quoted. Remembers what this mail brought; safe to repeat. Of a mail that is read once more, only
 * ciphertexts that could not be opened before are looked at: the others came from it before anybody copied them.
 */
export async function copiedCiphertexts(
  trx: Database,
  vault: Vault,
  { ciphertexts }: Extract<MailReading, { ok: true }>,
  { readBefore = false } = {},
): Promise<string[]> {
  if (ciphertexts.hashes.length === 0) return [];
  const sender_hash = vault.lookUpHash("sender of ciphertext", ciphertexts.sender.toLowerCase());
  const hashes = ciphertexts.hashes.map((hash) => vault.lookUpHash("ciphertext", hash));
  const added: { ciphertext_hash: Buffer }[] = await trx("seen_ciphertexts")
    .insert(hashes.map((ciphertext_hash) => ({ ciphertext_hash, sender_hash })))
    .onConflict(["ciphertext_hash", "sender_hash"])
    .ignore()
    .returning("ciphertext_hash");
  const other = await trx("seen_ciphertexts")
    .whereIn("ciphertext_hash", readBefore ? added.map(({ ciphertext_hash }) => ciphertext_hash) : hashes)
    .whereNot({ sender_hash })
    .first("first_seen_at");
  return other ? ["copied ciphertext"] : [];
}
