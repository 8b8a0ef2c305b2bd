import { createHash } from "node:crypto";
import { decryptSessionKeys, type Message, type PrivateKey, readMessage, type SessionKey } from "openpgp";
import { checkSignatures, type SignatureCheck, type SignatureVerdict } from "./check-signatures.ts";
import { binaryOf } from "./dearmor.ts";
import type { SecretKey, SecretKeys } from "./open-secret-keys.ts";
import { limits, prepareOpenpgp } from "./prepare-openpgp.ts";
import { type PacketHead, packetTags, readPacketHeads } from "./read-packets.ts";
import { readRsaSessionKeyPacket, rsaSessionKeys } from "./rsa-session-keys.ts";
import { readX25519SessionKeyPacket, x25519SessionKeys } from "./x25519-session-keys.ts";

export type DecryptionFailure =
  | "not our key"
  | "damaged"
  | "not authenticated"
  | "too large"
  | "not supported";

export type Decrypted =
  | {
      ok: true;
      bytes: Uint8Array;
      /** Fingerprint of our primary key. */
      openedBy: string;
      signed: SignatureVerdict;
      signerKeyId: string | null;
      signature: SignatureCheck;
      /** The same for every copy of this ciphertext, however it is packed: a hash of the session key. */
      sessionHash: string;
    }
  | { ok: false; reason: DecryptionFailure };

/**
 * Opens an OpenPGP message, armoured or binary, with whichever of our keys fits, hidden recipients included. Gives
 * bytes only when their integrity is proven; checks signatures against `verifyWith` (armoured public keys).
 * Never throws.
 */
export async function decrypt(
  ciphertext: Uint8Array | string,
  keys: SecretKeys,
  verifyWith: string[] = [],
): Promise<Decrypted> {
  prepareOpenpgp();

  const message = readCiphertext(ciphertext);
  if (typeof message === "string") return { ok: false, reason: message };

  try {
    const opened = await tryKeys(message, keys.all);
    if (!opened.ok) return opened;

    const content = contentOf(opened.content);
    if (typeof content === "string") return { ok: false, reason: content };

    const signature = await checkSignatures(opened.content, verifyWith);
    const { openedBy, sessionHash } = opened;
    const { signed, signerKeyId } = signature;
    return { ok: true, bytes: content, openedBy, signed, signerKeyId, signature, sessionHash };
  } catch (error) {
    return { ok: false, reason: failureOf(error) };
  }
}

type Ciphertext = { bytes: Uint8Array; sessionKeyPackets: PacketHead[] };

/** Everything that can be refused by the packet heads alone is refused before any cryptography. */
function readCiphertext(ciphertext: Uint8Array | string): Ciphertext | DecryptionFailure {
  if (ciphertext.length > limits.ciphertextBytes) return "too large";
  const bytes = binaryOf(ciphertext, "MESSAGE");
  if (!bytes || bytes.length === 0) return "damaged";

  // One more than allowed, for markers, padding and the encrypted packet itself.
  const heads = readPacketHeads(bytes, limits.sessionKeyPackets + 8);
  if (!heads) return "damaged";
  const tags = heads.map((head) => head.tag);
  const sessionKeys = heads.filter((head) => isSessionKey(head.tag));
  if (sessionKeys.length > limits.sessionKeyPackets) return "too large";
  if (tags.includes(packetTags.encryptedWithoutIntegrity)) return "not authenticated";
  if (!tags.includes(packetTags.encrypted) && !tags.includes(packetTags.encryptedAead)) {
    return sessionKeys.length > 0 ? "damaged" : "not supported";
  }

  const sessionKeyPackets = sessionKeys.filter((head) => head.tag === packetTags.publicKeySessionKey);
  return sessionKeyPackets.length > 0 ? { bytes, sessionKeyPackets } : "not supported";
}

function isSessionKey(tag: number): boolean {
  return tag === packetTags.publicKeySessionKey || tag === packetTags.passwordSessionKey;
}

type Content = Awaited<ReturnType<Message<Uint8Array>["decrypt"]>>;
type Opened =
  | { ok: true; content: Content; openedBy: string; sessionHash: string }
  | { ok: false; reason: DecryptionFailure };

async function tryKeys(message: Ciphertext, keys: readonly SecretKey[]): Promise<Opened> {
  let reason: DecryptionFailure = "not our key";
  const { named, hidden } = await recipientsOf(message);
  // The keys that the message names come first; the others only when a recipient is hidden.
  const fitting = keys.filter((key) => key.keyIds.some((id) => named.has(id)));
  const others = hidden ? keys.filter((key) => !fitting.includes(key)) : [];

  for (const key of [...fitting, ...others]) {
    const opened = await tryKey(message, key);
    if (opened.ok) return opened;
    if (opened.reason === "too large") return opened;
    if (fitting.includes(key)) reason = opened.reason;
  }
  return { ok: false, reason };
}

async function recipientsOf({
  bytes,
  sessionKeyPackets,
}: Ciphertext): Promise<{ named: Set<string>; hidden: boolean }> {
  const bodies = sessionKeyPackets.map((head) => bytes.subarray(head.body, head.end));
  // Version 3 names a key in its first bytes; reading the whole message for that costs as much as opening it.
  const ids = bodies.every((body) => body[0] === 3 && body.length > 9)
    ? bodies.map((body) => Buffer.from(body.subarray(1, 9)).toString("hex"))
    : (await readMessage({ binaryMessage: bytes })).getEncryptionKeyIDs().map((id) => id.toHex());
  const named = new Set(ids.map((id) => id.toUpperCase()));
  return { named, hidden: named.delete("0000000000000000") };
}

/**
 * Session keys are tried one after another, never at once: there may be many, and each try holds a copy of the
 * message. A wrong key shows only by the missing integrity of what comes out.
 */
async function tryKey(message: Ciphertext, secret: SecretKey): Promise<Opened> {
  let reason: DecryptionFailure = "damaged";
  const sessionKeys = await sessionKeysFor(message, secret);
  if (sessionKeys.length * message.bytes.length > mostBytesTried) return { ok: false, reason: "too large" };

  for (const sessionKey of sessionKeys) {
    try {
      const encrypted = await readMessage({ binaryMessage: message.bytes });
      const content = await encrypted.decrypt(undefined, undefined, [sessionKey]);
      return { ok: true, content, openedBy: secret.fingerprint, sessionHash: hashOf(sessionKey) };
    } catch (error) {
      reason = worse(reason, failureOf(error));
    }
  }
  return { ok: false, reason };
}

function hashOf({ data }: SessionKey): string {
  return createHash("sha256").update("OpenPGP session key\0").update(data).digest("hex");
}

const mostBytesTried = 512 * 1024 * 1024;

async function sessionKeysFor(
  { bytes, sessionKeyPackets }: Ciphertext,
  secret: SecretKey,
): Promise<SessionKey[]> {
  const bodies = sessionKeyPackets.map((head) => bytes.subarray(head.body, head.end));
  const rsa = bodies.flatMap((body) => readRsaSessionKeyPacket(body) ?? []);
  const x25519 = bodies.flatMap((body) => readX25519SessionKeyPacket(body) ?? []);
  const found = await rsaSessionKeys(rsa, secret);
  const more = await x25519SessionKeys(x25519, secret);
  return more && rsa.length + x25519.length === bodies.length
    ? [...found, ...more]
    : [...found, ...(await otherSessionKeys(bytes, secret.key))];
}

async function otherSessionKeys(bytes: Uint8Array, key: PrivateKey): Promise<SessionKey[]> {
  try {
    const message = await readMessage({ binaryMessage: bytes });
    const sessionKeys = await decryptSessionKeys({ message, decryptionKeys: key });
    // Null where the encrypted packet itself names the algorithm, which then is the one that counts.
    return sessionKeys.map(({ data, algorithm }) => ({ data, algorithm: algorithm ?? "aes256" }));
  } catch {
    return [];
  }
}

/** "Damaged" is what every wrong session key says, so a reason that says more wins. */
function worse(before: DecryptionFailure, now: DecryptionFailure): DecryptionFailure {
  return now === "damaged" ? before : now;
}

/** The text of an opened message, when it holds one and no more signatures than are checked. */
export function contentOf(message: Content): Uint8Array | DecryptionFailure {
  const { packets } = message.unwrapCompressed();
  // Each signature has one of these in front of the text, or stands there itself; what comes after is not read yet.
  for (const tag of [packetTags.signature, packetTags.onePassSignature]) {
    if (packets.filterByTag(tag).length > limits.signatures) return "too large";
  }

  const bytes = message.getLiteralData();
  return bytes instanceof Uint8Array ? bytes : "damaged";
}

/** The library tells its errors apart by their text alone; whatever it says, no more than this goes outside. */
export function failureOf(error: unknown): DecryptionFailure {
  const message = error instanceof Error ? error.message : "";
  if (/Maximum decompressed/.test(message)) return "too large";
  if (/not authenticated/.test(message)) return "not authenticated";
  if (/not supported|unsupported|unknown (cipher|symmetric)|Invalid enum value/i.test(message))
    return "not supported";
  return "damaged";
}
