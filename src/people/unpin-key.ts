import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { isId } from "../web/is-id.ts";

export type Ending = { personId: string; keyId: string; staffId: string; reason: string };

/**
 * Takes a confirmed key out of use, for encryption and for signatures, with the reason. The person stays one to whom
 * nothing leaves in clear. Returns the ticket on which it was confirmed, or `false` when it is in use no more.
 */
export async function unpinKey(trx: Database, vault: Vault, ending: Ending): Promise<string | null | false> {
  if (!isId(ending.personId) || !isId(ending.keyId)) return false;
  const row = await trx("pinned_keys")
    .join("vault_keys", "vault_keys.id", "pinned_keys.key_id")
    .where({ "pinned_keys.id": ending.keyId, person_id: ending.personId })
    .whereRaw("ended_how is distinct from 'unpinned'")
    .forUpdate("pinned_keys")
    .first("pinned_keys.id", "ticket_id", "wrapped_key");
  if (!row) return false;
  await trx("pinned_keys")
    .where({ id: row.id })
    .update({
      ended_at: trx.fn.now(),
      ended_by: ending.staffId,
      ended_how: "unpinned",
      sealed_reason: vault.seal(row.wrapped_key, "reason", ending.reason),
    });
  return row.ticket_id;
}

/**
 * Says of an offered key that it is not this person's: it is suggested no more, wherever it came. False: it is not
 * offered for this person, or was refused before.
 */
export async function refuseKey(trx: Database, vault: Vault, refusal: Ending): Promise<boolean> {
  if (!isId(refusal.personId) || !isId(refusal.keyId)) return false;
  const rows = await trx("offered_keys")
    .join("vault_keys", "vault_keys.id", "offered_keys.key_id")
    .where({ person_id: refusal.personId })
    .whereNull("refused_at")
    .whereRaw(
      "fingerprint_hash = (select fingerprint_hash from offered_keys where id = ? and person_id = ?)",
      [refusal.keyId, refusal.personId],
    )
    .forUpdate("offered_keys")
    .select("offered_keys.id", "wrapped_key");
  for (const row of rows) {
    await trx("offered_keys")
      .where({ id: row.id })
      .update({
        refused_at: trx.fn.now(),
        refused_by: refusal.staffId,
        sealed_refusal: vault.seal(row.wrapped_key, "reason", refusal.reason),
      });
  }
  return rows.length > 0;
}
