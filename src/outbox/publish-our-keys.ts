import type { Database } from "../database.ts";
import { exportPublic } from "../openpgp/export-public.ts";
import type { SecretKeys } from "../openpgp/open-secret-keys.ts";
import { readPublicKeys } from "../openpgp/read-public-keys.ts";

/** Writes the public halves of the desk's keys where the web process shows them. The first key is the one that signs. */
export async function publishOurKeys(db: Database, keys: SecretKeys): Promise<void> {
  const readable = (await Promise.all(exportPublic(keys).map((armored) => readPublicKeys(armored)))).flat();
  const rows = readable.map((key, index) => ({
    fingerprint: key.fingerprint,
    user_ids: key.userIds,
    created_at: key.createdAt,
    // A key whose part for encryption ends first is of no use from then on.
    expires_at: key.encryptsUntil ?? key.expiresAt,
    public_key: key.armored,
    signs: index === 0,
    seen_at: new Date(),
  }));
  await db.transaction(async (trx) => {
    await trx("our_keys")
      .whereNotIn(
        "fingerprint",
        rows.map(({ fingerprint }) => fingerprint),
      )
      .delete();
    if (rows.length > 0) await trx("our_keys").insert(rows).onConflict("fingerprint").merge();
  });
}
