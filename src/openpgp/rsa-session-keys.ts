import { constants, createPrivateKey, type KeyObject, privateDecrypt, randomBytes } from "node:crypto";
import type { PrivateKey, SessionKey } from "openpgp";
import type { SecretKey } from "./open-secret-keys.ts";

/** A version 3 session-key packet for RSA: the recipient's key ID (zeros when hidden) and the encrypted number. */
export type RsaSessionKeyPacket = { keyId: string; encrypted: Uint8Array };

/** Reads the body of a session-key packet (RFC 9580 §5.1.1); null when it is not version 3 with RSA. */
export function readRsaSessionKeyPacket(body: Uint8Array): RsaSessionKeyPacket | null {
  const [version, algorithm] = [body[0], body[9]];
  if (version !== 3 || (algorithm !== 1 && algorithm !== 2)) return null;
  return {
    keyId: Buffer.from(body.subarray(1, 9)).toString("hex").toUpperCase(),
    encrypted: body.subarray(12),
  };
}

/**
 * The session keys that our RSA keys find in these packets. OpenPGP.js does the same in 50 ms for each of three tries,
 * OpenSSL in 3 ms; both tell nobody whether the padding was right: OpenSSL answers a wrong one with random bytes
 * (implicit rejection, since 3.2), and here whatever is no session key becomes a random one, so that the same follows.
 */
export async function rsaSessionKeys(
  packets: RsaSessionKeyPacket[],
  secret: SecretKey,
): Promise<SessionKey[]> {
  const sessionKeys: SessionKey[] = [];
  for (const { keyId, encrypted } of packets) {
    const fitting = (await rsaKeysOf(secret)).filter(
      (one) => one.keyId === keyId || keyId === hiddenRecipient,
    );
    for (const { key } of fitting) sessionKeys.push(decryptSessionKey(encrypted, key));
  }
  return sessionKeys;
}

const hiddenRecipient = "0000000000000000";
const symmetric = new Map<number, { algorithm: SessionKey["algorithm"]; size: number }>([
  [7, { algorithm: "aes128", size: 16 }],
  [8, { algorithm: "aes192", size: 24 }],
  [9, { algorithm: "aes256", size: 32 }],
]);

function decryptSessionKey(encrypted: Uint8Array, key: KeyObject): SessionKey {
  const random: SessionKey = { data: randomBytes(32), algorithm: "aes256" };
  const payload = decryptNumber(encrypted, key);
  const kind = symmetric.get(payload[0] ?? 0);
  if (!kind || payload.length !== kind.size + 3) return random;

  const data = payload.subarray(1, -2);
  const sum = data.reduce((total, byte) => (total + byte) & 0xffff, 0);
  return payload.readUInt16BE(payload.length - 2) === sum ? { data, algorithm: kind.algorithm } : random;
}

/** The number loses its leading zeros on the wire. */
function decryptNumber(encrypted: Uint8Array, key: KeyObject): Buffer {
  const size = (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
  const padded = Buffer.concat([Buffer.alloc(Math.max(0, Math.ceil(size) - encrypted.length)), encrypted]);
  try {
    return privateDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, padded);
  } catch {
    return Buffer.alloc(0);
  }
}

type RsaKey = { keyId: string; key: KeyObject };

const opened = new WeakMap<PrivateKey, RsaKey[]>();

/** The parts of a key of ours that may decrypt with RSA, expired or not; made once. */
async function rsaKeysOf({ key }: SecretKey): Promise<RsaKey[]> {
  const known = opened.get(key);
  if (known) return known;

  const keys: RsaKey[] = [];
  for (const part of await key.getDecryptionKeys(undefined, null).catch(() => [])) {
    const object = keyObjectOf(part.keyPacket);
    if (object) keys.push({ keyId: part.getKeyID().toHex().toUpperCase(), key: object });
  }
  opened.set(key, keys);
  return keys;
}

function keyObjectOf(packet: { publicParams: object; privateParams?: object | null }): KeyObject | null {
  const [n, e] = [numberIn(packet.publicParams, "n"), numberIn(packet.publicParams, "e")];
  const [d, p, q, u] = ["d", "p", "q", "u"].map((name) => numberIn(packet.privateParams, name));
  if (!n || !e || !d || !p || !q || !u) return null;

  // OpenPGP's u is the inverse of p modulo q, JWK's qi that of q modulo p: the primes change places.
  const jwk = { kty: "RSA", n, e, d, p: q, q: p, dp: d % (q - 1n), dq: d % (p - 1n), qi: u };
  const encoded = Object.entries(jwk).map(([name, value]) => [
    name,
    typeof value === "bigint" ? base64url(value) : value,
  ]);
  return createPrivateKey({ key: Object.fromEntries(encoded), format: "jwk" });
}

function numberIn(parameters: object | null | undefined, name: string): bigint | null {
  const bytes: unknown = parameters ? Reflect.get(parameters, name) : null;
  return bytes instanceof Uint8Array && bytes.length > 0
    ? BigInt(`0x${Buffer.from(bytes).toString("hex")}`)
    : null;
}

function base64url(value: bigint): string {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 ? `0${hex}` : hex, "hex").toString("base64url");
}
