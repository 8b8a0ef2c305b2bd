import type { Database } from "../database.ts";
import { restrictKey } from "../openpgp/restrict-key.ts";
import { addSealingKey } from "../vault/sealing-keys.ts";
import type { Vault } from "../vault/vault.ts";
import { hashOfFingerprint } from "./hash-of-fingerprint.ts";
import { endOf, type KeyFacts, problemOf, readKeyFacts } from "./key-facts.ts";

export type Copy = { armored: string; facts: KeyFacts };
/** A confirmed key that the owner said something against. */
export type Heeded = { personId: string; what: "revoked" | "part revoked" | "end" };

/**
 * What the owner says against a key in a copy of it counts from now on: for the confirmed key, whoever's it is, and for
 * copies that come later. Gives the copy with what was known against it before, and the confirmed keys that changed. The
 * caller holds the key.
 */
export async function heedOwner(
  trx: Database,
  vault: Vault,
  came: Copy,
): Promise<{ copy: Copy; heeded: Heeded[] }> {
  const hash = hashOfFingerprint(vault, came.facts.fingerprint);
  const known = await knownRevocation(trx, vault, hash);
  const copy = known ? await restricted(came, known.armored) : came;
  if (copy.facts.takenBack && copy.armored !== known?.armored) await remember(trx, vault, hash, copy);
  return { copy, heeded: await restrictConfirmed(trx, vault, { fingerprint_hash: hash }, came.armored) };
}

/**
 * The same for a revocation that came without its key. `issuer` is the fingerprint that it names; null: it names none, and
 * counts for the keys of who sent it.
 */
export async function heedLoneRevocation(
  trx: Database,
  vault: Vault,
  came: { armored: string; issuer: string | null; personId: string | null },
): Promise<Heeded[]> {
  const { armored, issuer, personId } = came;
  if (issuer === null)
    return personId ? await restrictConfirmed(trx, vault, { person_id: personId }, armored) : [];
  const hash = hashOfFingerprint(vault, issuer);
  const known = await knownRevocation(trx, vault, hash);
  const base = known ?? (await newestOffered(trx, vault, hash));
  const copy = base && (await restricted(base, armored));
  if (copy && copy.armored !== base.armored) await remember(trx, vault, hash, copy);
  return await restrictConfirmed(trx, vault, { fingerprint_hash: hash }, armored);
}

/** What is known to be said against a key; null: nothing. One statement. */
export async function knownRevocation(
  trx: Database,
  vault: Vault,
  fingerprintHash: Buffer,
): Promise<Copy | null> {
  const row = await trx("key_revocations")
    .join("vault_keys", "vault_keys.id", "key_revocations.key_id")
    .where({ fingerprint_hash: fingerprintHash })
    .first("sealed_key", "sealed_facts", "wrapped_key");
  return row ? openCopy(vault, row) : null;
}

/** A copy of a key with what another one says against it. */
export async function restricted(copy: Copy, by: string): Promise<Copy> {
  const armored = await restrictKey(copy.armored, by);
  return armored ? { armored, facts: await readKeyFacts(armored) } : copy;
}

/**
 * Until the end of the transaction nobody else confirms these keys or hears of what their owner says against them: one of two
 * who do that at once comes after the other, and sees it.
 */
export async function holdKeys(trx: Database, vault: Vault, fingerprints: string[]): Promise<void> {
  const locks = fingerprints.map((one) => hashOfFingerprint(vault, one).readBigInt64BE().toString());
  for (const lock of [...new Set(locks)].toSorted())
    await trx.raw("select pg_advisory_xact_lock(?::bigint)", [lock]);
}

async function remember(
  trx: Database,
  vault: Vault,
  fingerprintHash: Buffer,
  { armored, facts }: Copy,
): Promise<void> {
  const key = await addSealingKey(trx, vault);
  await trx("key_revocations")
    .insert({
      fingerprint_hash: fingerprintHash,
      key_id: key.id,
      sealed_key: vault.seal(key.wrapped_key, "public key", armored),
      sealed_facts: vault.seal(key.wrapped_key, "key facts", JSON.stringify(facts)),
      learned_at: trx.fn.now(),
    })
    .onConflict("fingerprint_hash")
    .merge();
}

async function newestOffered(trx: Database, vault: Vault, fingerprintHash: Buffer): Promise<Copy | null> {
  const row = await trx("offered_keys")
    .join("vault_keys", "vault_keys.id", "offered_keys.key_id")
    .where({ fingerprint_hash: fingerprintHash })
    .whereNotNull("sealed_facts")
    .orderBy("offered_keys.id", "desc")
    .first("sealed_key", "sealed_facts", "wrapped_key");
  return row ? openCopy(vault, row) : null;
}

type SealedCopy = { sealed_key: Buffer; sealed_facts: Buffer; wrapped_key: Buffer };

function openCopy(vault: Vault, { sealed_key, sealed_facts, wrapped_key }: SealedCopy): Copy {
  return {
    armored: vault.open(wrapped_key, "public key", sealed_key),
    facts: JSON.parse(vault.open(wrapped_key, "key facts", sealed_facts)),
  };
}

/** More people than have one key. */
const mostConfirmed = 20;

async function restrictConfirmed(
  trx: Database,
  vault: Vault,
  where: { fingerprint_hash: Buffer } | { person_id: string },
  by: string,
): Promise<Heeded[]> {
  const rows = await trx("pinned_keys")
    .join("vault_keys", "vault_keys.id", "pinned_keys.key_id")
    .where(where)
    .whereRaw("ended_how is distinct from 'unpinned'")
    .orderBy("pinned_keys.id", "desc")
    .limit(mostConfirmed)
    .forNoKeyUpdate("pinned_keys")
    .select<(SealedCopy & { id: string; person_id: string })[]>(
      "pinned_keys.id",
      "person_id",
      "sealed_key",
      "sealed_facts",
      "wrapped_key",
    );
  const heeded: Heeded[] = [];
  for (const row of rows) {
    const before = openCopy(vault, row);
    const now = await restricted(before, by);
    if (now === before) continue;
    const isEnded = problemOf(now.facts) !== null;
    await trx("pinned_keys")
      .where({ id: row.id })
      .update({
        sealed_key: vault.seal(row.wrapped_key, "public key", now.armored),
        sealed_facts: vault.seal(row.wrapped_key, "key facts", JSON.stringify(now.facts)),
        ...(isEnded ? { owner_ended_at: trx.raw("coalesce(owner_ended_at, now())") } : {}),
      });
    heeded.push({ personId: row.person_id, what: whatOf(before.facts, now.facts) });
  }
  return heeded;
}

function whatOf(before: KeyFacts, now: KeyFacts): Heeded["what"] {
  if (now.revocation && !before.revocation) return "revoked";
  return endOf(now)?.getTime() === endOf(before)?.getTime() ? "part revoked" : "end";
}
