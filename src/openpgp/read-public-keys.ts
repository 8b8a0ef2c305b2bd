import { enums, type Key } from "openpgp";
import { dearmor } from "./dearmor.ts";
import { limits, prepareOpenpgp } from "./prepare-openpgp.ts";
import { readKeysIn } from "./read-keys.ts";
import { restrictKey } from "./restrict-key.ts";
import { hasRevokedPart, type Revocation, revocationAt } from "./revocation.ts";
import { stripCertifications } from "./strip-certifications.ts";
import { withoutForeignCertifications } from "./without-foreign-certifications.ts";

export type PublicKey = {
  fingerprint: string;
  /** Of the primary key and all subkeys, in capitals. */
  keyIds: string[];
  /** Only those that the key itself certifies. */
  userIds: string[];
  /** It bears no name at all, not even one that it does not certify. */
  isNameless: boolean;
  createdAt: Date;
  /** Such as "RSA 4096" or "Curve25519": of the primary key. */
  algorithm: string;
  /** Null: never. */
  expiresAt: Date | null;
  /** When it can be encrypted to no longer, by the date of the key or of its part for encryption; null: never. */
  encryptsUntil: Date | null;
  /** By its owner; null: it was not. */
  revocation: Revocation | null;
  /** Its owner took a part of it back, for whatever that was. */
  hasRevokedPart: boolean;
  canEncrypt: boolean;
  /** Why it cannot be encrypted to, in words for staff; null when it can. */
  problem: string | null;
  /** Without certifications by others. */
  armored: string;
};

const mostKeys = 20;
const mostUserIds = 50;

/**
 * The public keys in armoured blocks (any text around them) or in binary data. What cannot be read is left out,
 * secret keys too; never throws.
 */
export async function readPublicKeys(data: string | Uint8Array): Promise<PublicKey[]> {
  prepareOpenpgp();
  if (data.length > limits.keyFileBytesWithCertifications) return [];

  const found: PublicKey[] = [];
  for (const bytes of binariesIn(data).flatMap((one) => stripCertifications(one) ?? [])) {
    if (bytes.length > limits.keyFileBytes) continue;
    for (const key of await keysIn(bytes)) {
      const described = await describe(key);
      if (!described) continue;
      const at = found.findIndex((one) => one.fingerprint === described.fingerprint);
      const first = found[at];
      if (first) found[at] = await withWordAgainstIt(first, described);
      else if (found.length < mostKeys) found.push(described);
    }
  }
  return found;
}

/** Of two copies the first one, with what the other says against it. */
export async function withWordAgainstIt(first: PublicKey, other: PublicKey): Promise<PublicKey> {
  const restricted = first.armored === other.armored ? null : await restrictKey(first.armored, other.armored);
  const [again] = restricted ? await readPublicKeys(restricted) : [];
  return again ?? first;
}

function binariesIn(data: string | Uint8Array): Uint8Array[] {
  const text = typeof data === "string" ? data : Buffer.from(data).toString("latin1");
  const begin = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
  const blocks = text.split(begin).slice(1, mostKeys + 1);
  if (blocks.length === 0) return typeof data === "string" ? [] : [data];

  return blocks.flatMap((block) => dearmor(begin + block, "PUBLIC KEY BLOCK") ?? []);
}

async function keysIn(bytes: Uint8Array): Promise<Key[]> {
  try {
    const keys = await readKeysIn(bytes);
    return keys.filter((key) => !key.isPrivate()).slice(0, mostKeys);
  } catch {
    return [];
  }
}

async function describe(key: Key): Promise<PublicKey | null> {
  try {
    return await describeReadable(withoutForeignCertifications(key));
  } catch {
    return null;
  }
}

async function describeReadable(key: Key): Promise<PublicKey> {
  const common = {
    fingerprint: key.getFingerprint().toUpperCase(),
    keyIds: key.getKeyIDs().map((id) => id.toHex().toUpperCase()),
    createdAt: key.getCreationTime(),
    algorithm: algorithmOf(key),
    isNameless: key.users.every(({ userID }) => !userID),
    armored: key.armor(),
  };
  // Before anything is verified: one check with a 65,536-bit number takes minutes.
  const size = problemOfSize(key);
  if (size) return { ...common, ...nothingKnown, problem: size };

  const revocation = await revocationAt(key, null);
  const expiresAt = await expiryOf(key);
  const reason = revocation ? "revoked" : await whyNotEncryptable(key);
  return {
    ...common,
    userIds: await certifiedUserIds(key),
    expiresAt,
    encryptsUntil: reason === null ? earlier(expiresAt, await expiryOfEncryption(key)) : null,
    revocation,
    hasRevokedPart: await hasRevokedPart(key),
    canEncrypt: reason === null,
    problem: reason === null ? null : (tooOld(key) ?? inWords(reason, revocation, expiresAt)),
  };
}

const nothingKnown = {
  userIds: [],
  expiresAt: null,
  encryptsUntil: null,
  revocation: null,
  hasRevokedPart: false,
  canEncrypt: false,
};

function algorithmOf(key: Key): string {
  const { algorithm, bits, curve } = key.getAlgorithmInfo();
  if (bits !== undefined) return `${algorithm.replace(/^rsa.*$/i, "RSA").replace(/^dsa$/i, "DSA")} ${bits}`;
  const name = curve ?? algorithm;
  return /25519/.test(name) ? "Curve25519" : name;
}

function problemOfSize(key: Key): string | null {
  for (const part of key.getKeys()) {
    const bits = part.getAlgorithmInfo().bits;
    if (bits === undefined) continue;
    if (bits < limits.smallestRsaBits - 1)
      return `This key has ${bits} bits, which is too weak to protect anything`;
    if (bits > limits.largestRsaBits)
      return `This key has ${bits} bits, more than the ${limits.largestRsaBits} we work with`;
  }
  return null;
}

async function expiryOf(key: Key): Promise<Date | null> {
  const expiry = await key.getExpirationTime();
  return expiry instanceof Date ? expiry : null;
}

async function expiryOfEncryption(key: Key): Promise<Date | null> {
  const part = await key.getEncryptionKey();
  const expiry = await part.getExpirationTime();
  return expiry instanceof Date ? expiry : null;
}

function earlier(one: Date | null, other: Date | null): Date | null {
  return one && other ? (one < other ? one : other) : (one ?? other);
}

async function whyNotEncryptable(key: Key): Promise<string | null> {
  try {
    await key.getEncryptionKey();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
}

async function certifiedUserIds(key: Key): Promise<string[]> {
  const names: string[] = [];
  for (const user of key.users.slice(0, mostUserIds)) {
    const name = user.userID?.userID;
    if (name && (await isCertified(user.verify()))) names.push(name);
  }
  return names;
}

/** An expired key still says who it belonged to; a name that somebody else put on it does not. */
async function isCertified(verification: Promise<true>): Promise<boolean> {
  return await verification.catch(
    (error: unknown) => error instanceof Error && /expired/i.test(error.message),
  );
}

const reasonWords: Record<Revocation["reason"], string> = {
  compromised: ": somebody else may have it",
  superseded: ": another one takes its place",
  retired: ": it is used no more",
  "not told": "",
};

/** DSA and ElGamal, which newer programs refuse too (RFC 9580 §9.1). */
function tooOld(key: Key): string | null {
  const parts = key.getSubkeys().map(({ keyPacket }) => keyPacket.algorithm);
  const isOld =
    oldKinds.has(key.keyPacket.algorithm) || (parts.length > 0 && parts.every((part) => oldKinds.has(part)));
  if (!isOld) return null;
  return "This key is of too old a kind (DSA/ElGamal) to protect anything that is encrypted to it";
}

const oldKinds = new Set<number>([enums.publicKey.dsa, enums.publicKey.elgamal]);

function inWords(reason: string, revocation: Revocation | null, expiresAt: Date | null): string {
  if (revocation) {
    const on = revocation.at ? ` on ${revocation.at.toISOString().slice(0, 10)}` : "";
    return `This key was revoked by its owner${on}${reasonWords[revocation.reason]}`;
  }
  if (expiresAt && expiresAt <= new Date())
    return `This key expired on ${expiresAt.toISOString().slice(0, 10)}`;
  if (/expired/i.test(reason)) return "The part of this key that encrypts has expired";
  if (/revoked/i.test(reason)) return "The part of this key that encrypts was revoked by its owner";
  if (/Could not find valid encryption key|not.*encryption/i.test(reason)) {
    return "This key can sign but not encrypt: it has no part for encryption that we can use";
  }
  return "This key cannot be used for encryption: it is damaged or of a kind that we do not support";
}
