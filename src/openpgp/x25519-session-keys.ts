import {
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type KeyObject,
} from "node:crypto";
import { enums, type PrivateKey, type SessionKey } from "openpgp";
import type { SecretKey } from "./open-secret-keys.ts";

/** A version 3 session-key packet for ECDH with Curve25519Legacy: the key ID (zeros when hidden), the point, the wrapped key. */
export type X25519SessionKeyPacket = { keyId: string; point: Uint8Array; wrapped: Uint8Array };

/** Reads the body of a session-key packet (RFC 9580 §5.1.4); null when it is another one. */
export function readX25519SessionKeyPacket(body: Uint8Array): X25519SessionKeyPacket | null {
  // Version 3, ECDH, a number of 263 bits that begins with 0x40: 32 bytes of the curve, then what is wrapped.
  const [version, algorithm, high, low, prefix, size] = [0, 9, 10, 11, 12, 45].map((at) => body[at]);
  if (version !== 3 || algorithm !== 18 || high !== 1 || low !== 7 || prefix !== 0x40) return null;
  const wrapped = body.subarray(46);
  if (wrapped.length !== size || size % 8 !== 0 || size < 24) return null;
  const keyId = Buffer.from(body.subarray(1, 9)).toString("hex").toUpperCase();
  return { keyId, point: body.subarray(13, 45), wrapped };
}

/**
 * The session keys that our Curve25519 keys find in these packets; null when one that may be for us does not open, which
 * the library then tries in its own ways. OpenSSL takes a fifth of the library's time; a key that was wrapped for somebody
 * else is recognised by its own integrity check (RFC 3394), so nobody learns anything from what is refused.
 */
export async function x25519SessionKeys(
  packets: X25519SessionKeyPacket[],
  secret: SecretKey,
): Promise<SessionKey[] | null> {
  const sessionKeys: SessionKey[] = [];
  for (const packet of packets) {
    const isHidden = packet.keyId === hiddenRecipient;
    const fitting = (await x25519KeysOf(secret)).filter(({ keyId }) => isHidden || keyId === packet.keyId);
    const found = fitting.flatMap((one) => unwrap(packet, one) ?? []);
    if (found.length === 0 && secret.keyIds.concat(hiddenRecipient).includes(packet.keyId)) return null;
    sessionKeys.push(...found);
  }
  return sessionKeys;
}

const hiddenRecipient = "0000000000000000";
const spki = Buffer.from("302a300506032b656e032100", "hex");
const pkcs8 = Buffer.from("302e020100300506032b656e04220420", "hex");
const firstBlock = Buffer.of(0, 0, 0, 1);
const checkValue = Buffer.alloc(8, 0xa6);

function unwrap({ point, wrapped }: X25519SessionKeyPacket, one: X25519Key): SessionKey | null {
  try {
    const publicKey = createPublicKey({ key: Buffer.concat([spki, point]), format: "der", type: "spki" });
    const shared = diffieHellman({ privateKey: one.key, publicKey });
    const derived = createHash(one.hash).update(firstBlock).update(shared).update(one.parameters).digest();
    const wrapping = derived.subarray(0, one.cipher.size);
    const opener = createDecipheriv(`id-aes${one.cipher.size * 8}-wrap`, wrapping, checkValue);
    return sessionKeyIn(Buffer.concat([opener.update(wrapped), opener.final()]));
  } catch {
    return null;
  }
}

/** The algorithm, the key, a sum, and as many bytes of filling as each of them says (RFC 6637 §8). */
function sessionKeyIn(payload: Buffer): SessionKey | null {
  const kind = ciphers.get(payload[0] ?? 0);
  const end = 1 + (kind?.size ?? 0);
  const filling = payload.subarray(end + 2);
  if (!kind || filling.length === 0 || !filling.every((byte) => byte === filling.length)) return null;
  const data = payload.subarray(1, end);
  const sum = data.reduce((total, byte) => (total + byte) & 0xffff, 0);
  return payload.readUInt16BE(end) === sum ? { data, algorithm: kind.name } : null;
}

type Cipher = { name: SessionKey["algorithm"]; size: number };
const ciphers = new Map<number, Cipher>([
  [enums.symmetric.aes128, { name: "aes128", size: 16 }],
  [enums.symmetric.aes192, { name: "aes192", size: 24 }],
  [enums.symmetric.aes256, { name: "aes256", size: 32 }],
]);
const hashes = new Map<number, string>([
  [enums.hash.sha256, "sha256"],
  [enums.hash.sha384, "sha384"],
  [enums.hash.sha512, "sha512"],
]);

type X25519Key = { keyId: string; key: KeyObject; hash: string; cipher: Cipher; parameters: Buffer };

const opened = new WeakMap<PrivateKey, X25519Key[]>();

/** The parts of a key of ours that may decrypt with this curve, expired or not; made once. */
async function x25519KeysOf({ key }: SecretKey): Promise<X25519Key[]> {
  const known = opened.get(key);
  if (known) return known;
  const keys: X25519Key[] = [];
  for (const part of await key.getDecryptionKeys(undefined, null).catch(() => [])) {
    const made = keyOf(part);
    if (made) keys.push(made);
  }
  opened.set(key, keys);
  return keys;
}

type Part = Awaited<ReturnType<PrivateKey["getDecryptionKeys"]>>[number];

function keyOf(part: Part): X25519Key | null {
  const { publicParams, version } = part.keyPacket;
  const secret: unknown = "privateParams" in part.keyPacket ? part.keyPacket.privateParams : null;
  const oid: unknown = Reflect.get(publicParams, "oid");
  const kdf: unknown = Reflect.get(publicParams, "kdfParams");
  const d: unknown = secret && typeof secret === "object" ? Reflect.get(secret, "d") : null;
  if (version !== 4 || !(d instanceof Uint8Array) || !isWritable(oid) || !isWritable(kdf)) return null;
  const curve = Buffer.from(oid.write());
  const [reserved, , hashId = 0, cipherId = 0] = kdf.write();
  const [hash, cipher] = [hashes.get(hashId), ciphers.get(cipherId)];
  if (!curve.equals(curve25519Legacy) || reserved !== 3 || !hash || !cipher || d.length > 32) return null;

  // OpenPGP writes the secret as a number, its last byte first; leading zeros are lost on the way.
  const bytes = Buffer.concat([Buffer.alloc(32 - d.length), d]).reverse();
  const object = createPrivateKey({ key: Buffer.concat([pkcs8, bytes]), format: "der", type: "pkcs8" });
  const fingerprint = Buffer.from(part.getFingerprint(), "hex");
  const parameters = Buffer.concat([curve, Buffer.of(18), kdf.write(), anonymousSender, fingerprint]);
  return { keyId: part.getKeyID().toHex().toUpperCase(), key: object, hash, cipher, parameters };
}

const curve25519Legacy = Buffer.from("0a2b060104019755010501", "hex");
const anonymousSender = Buffer.from("Anonymous Sender    ");

function isWritable(value: unknown): value is { write(): Uint8Array } {
  return typeof value === "object" && value !== null && "write" in value && typeof value.write === "function";
}
