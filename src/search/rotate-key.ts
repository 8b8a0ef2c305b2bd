import { randomBytes } from "node:crypto";
import type { Database } from "../database.ts";
import { addSealingKey } from "../vault/sealing-keys.ts";
import type { Vault } from "../vault/vault.ts";
import { reindexMessage } from "./index-message.ts";
import { indexWorkaround } from "./index-workaround.ts";
import { readMessageTexts } from "./read-message-texts.ts";

/**
 * Makes a new key for the blind index. From now on what comes in is hashed with it, and searches ask with the old one
 * too, until `reindexBehind` has hashed all documents anew. False: the last change of keys is not done yet.
 */
export async function startKeyRotation(db: Database, vault: Vault): Promise<boolean> {
  return await db.transaction(async (trx) => {
    await trx.raw("lock table search_keys in share row exclusive mode");
    const live: { generation: number }[] = await trx("search_keys")
      .whereNull("retired_at")
      .select("generation");
    if (live.length > 1 || (await countBehind(trx)) > 0) return false;
    const key = await addSealingKey(trx, vault);
    const { rows } = await trx.raw("select max(generation) as last from search_keys");
    await trx("search_keys").insert({
      generation: rows[0].last + 1,
      key_id: key.id,
      sealed_key: vault.sealBytes(key.wrapped_key, "search key", randomBytes(32)),
    });
    return true;
  });
}

/**
 * Hashes some documents anew that were made with an older key; when none is left, the older keys are retired. Any number
 * of processes may do it at once, and it may end anywhere. Returns how many were done.
 */
export async function reindexBehind(db: Database, vault: Vault, most: number): Promise<number> {
  let done = 0;
  while (done < most && (await reindexOne(db, vault))) done += 1;
  if (done < most) await retireOldKeys(db);
  return done;
}

/** How many documents are still made with an older key than the newest. */
export async function countBehind(db: Database): Promise<number> {
  const result = await db.raw(
    "select count(*)::int from search_documents where generation < (select max(generation) from search_keys)",
  );
  return result.rows[0].count;
}

async function reindexOne(db: Database, vault: Vault): Promise<boolean> {
  return await db.transaction(async (trx) => {
    const result = await trx.raw(
      `select message_id, ticket_id, language from search_documents
       where generation < (select max(generation) from search_keys)
       order by generation, message_id limit 1 for update skip locked`,
    );
    const [document]: { message_id: string | null; ticket_id: string; language: string | null }[] =
      result.rows;
    if (!document) return false;
    if (document.message_id === null) {
      await indexWorkaround(trx, vault, document.ticket_id);
      return true;
    }
    const texts = (await readMessageTexts(trx, vault, document.message_id)) ?? [];
    await reindexMessage(trx, vault, { id: document.message_id, language: document.language, texts });
    return true;
  });
}

/** Who stores a message holds the key until its transaction ends: a key is retired when nobody can use it any more. */
async function retireOldKeys(db: Database): Promise<void> {
  await db.transaction(async (trx) => {
    const old: { generation: number; key_id: string | null }[] = await trx("search_keys")
      .whereNull("retired_at")
      .whereRaw("generation < (select max(generation) from search_keys)")
      .forUpdate()
      .select("generation", "key_id");
    if (old.length === 0 || (await countBehind(trx)) > 0) return;
    await trx("search_keys")
      .whereIn(
        "generation",
        old.map(({ generation }) => generation),
      )
      .update({ retired_at: trx.fn.now(), key_id: null, sealed_key: null });
    await trx("vault_keys")
      .whereIn("id", old.map(({ key_id }) => key_id).filter(Boolean))
      .delete();
  });
}
