import { isSameAddress } from "../mime/clean-address.ts";
import { type PublicKey, readPublicKeys } from "../openpgp/read-public-keys.ts";
import type { Revocation } from "../openpgp/revocation.ts";

/** What a public key says of itself, as JSON: read where mail is read, and sealed, since its names are a person's. */
export type KeyFacts = {
  fingerprint: string;
  userIds: string[];
  algorithm: string;
  createdAt: string;
  expiresAt: string | null;
  encryptsUntil: string | null;
  /** Of the key and its parts; absent in older facts. */
  keyIds?: string[];
  /** How its owner took it back; null, or absent in older facts: they did not. */
  revocation?: { at: string | null; reason: Revocation["reason"] } | null;
  /** The owner took it back, or a part of it. */
  takenBack?: boolean;
  /** It bears no name at all. */
  isNameless?: boolean;
  /** Why nothing could be encrypted to it when it was read; null: something could. */
  problem: string | null;
};

/** The facts that are kept of a key. */
export function keyFactsOf(key: PublicKey): KeyFacts {
  return {
    fingerprint: key.fingerprint,
    userIds: key.userIds,
    algorithm: key.algorithm,
    createdAt: key.createdAt.toISOString(),
    expiresAt: key.expiresAt?.toISOString() ?? null,
    encryptsUntil: key.encryptsUntil?.toISOString() ?? null,
    keyIds: key.keyIds,
    revocation: key.revocation && {
      at: key.revocation.at?.toISOString() ?? null,
      reason: key.revocation.reason,
    },
    takenBack: key.revocation !== null || key.hasRevokedPart,
    isNameless: key.isNameless,
    problem: key.problem,
  };
}

/** Facts of a key that was kept before they were. Throws when the block holds no key that can be read. */
export async function readKeyFacts(armored: string): Promise<KeyFacts> {
  const [key] = await readPublicKeys(armored);
  if (!key) throw new Error("A key that was kept cannot be read any more");
  return keyFactsOf(key);
}

/** Why nothing can be encrypted to this key now, in words for staff; null when something can. */
export function problemOf(facts: KeyFacts, now = new Date()): string | null {
  if (facts.problem) return facts.problem;
  const end = facts.encryptsUntil;
  return end !== null && new Date(end) <= now ? `This key expired on ${end.slice(0, 10)}` : null;
}

/** When nothing can be encrypted to the key any more; null: never. */
export function endOf({ encryptsUntil, expiresAt }: KeyFacts): Date | null {
  const end = encryptsUntil ?? expiresAt;
  return end === null ? null : new Date(end);
}

/** Whether one of the names on the key is this address. Anybody can make a key with any name on it. */
export function bearsAddress(facts: KeyFacts, address: string): boolean {
  return facts.userIds.some((userId) => {
    const named = (/<([^<>]*)>\s*$/.exec(userId)?.[1] ?? userId).trim();
    return isSameAddress(named, address);
  });
}
