import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import { pack, unpack } from "./pack.ts";

/**
 * Seals and opens what identifies or describes a person. It holds the master key; each piece of content is sealed
 * under a key of its own, which is stored wrapped by the master key beside the rows that it seals.
 */
export type Vault = {
  /** A new random key, wrapped: what the table `vault_keys` stores. */
  newKey(): Buffer;
  /** Seals text for one purpose ("subject", "address", …); it opens only for the same purpose. */
  seal(wrappedKey: Buffer, purpose: string, text: string): Buffer;
  /** Opens what `seal` made; throws when it was changed, or sealed by another key or for another purpose. */
  open(wrappedKey: Buffer, purpose: string, sealed: Buffer): string;
  sealBytes(wrappedKey: Buffer, purpose: string, bytes: Uint8Array): Buffer;
  openBytes(wrappedKey: Buffer, purpose: string, sealed: Buffer): Buffer;
  /** Seals what `packText` packed; `open` opens it. */
  sealPacked(wrappedKey: Buffer, purpose: string, packed: Buffer): Buffer;
  /** Keyed hash to find equal things (an address, a stick) without storing them: HMAC-SHA-256, 32 bytes. */
  lookUpHash(kind: string, value: string | Uint8Array): Buffer;
};

const version = 1;
const nonceBytes = 12;
const tagBytes = 16;

/** Makes the vault from the 32 bytes of the master key. */
export function createVault(masterKey: Buffer): Vault {
  if (masterKey.length !== 32) throw new Error(`The master key has ${masterKey.length} bytes instead of 32`);
  const wrappingKey = derive(masterKey, "wrap");
  const hashingKey = derive(masterKey, "look-up");

  // One mail is sealed in many pieces under one key; a key is remembered as long as the row that it came from.
  const unwrapped = new WeakMap<Buffer, KeyObject>();
  const unwrap = (wrappedKey: Buffer) => {
    const key = unwrapped.get(wrappedKey) ?? createSecretKey(decipher(wrappingKey, "key", wrappedKey));
    unwrapped.set(wrappedKey, key);
    return key;
  };
  const sealPacked = (wrappedKey: Buffer, purpose: string, packed: Buffer) =>
    encipher(unwrap(wrappedKey), purpose, packed);
  const sealBytes = (wrappedKey: Buffer, purpose: string, bytes: Uint8Array) =>
    sealPacked(wrappedKey, purpose, pack(bytes));
  const openBytes = (wrappedKey: Buffer, purpose: string, sealed: Buffer) =>
    unpack(decipher(unwrap(wrappedKey), purpose, sealed));

  return {
    newKey: () => encipher(wrappingKey, "key", randomBytes(32)),
    sealPacked,
    sealBytes,
    openBytes,
    seal: (wrappedKey, purpose, text) => sealBytes(wrappedKey, purpose, Buffer.from(text)),
    open: (wrappedKey, purpose, sealed) => openBytes(wrappedKey, purpose, sealed).toString(),
    lookUpHash: (kind, value) => createHmac("sha256", hashingKey).update(`${kind}\0`).update(value).digest(),
  };
}

/** As a key object: Node takes five times as long with the bare bytes. */
function derive(masterKey: Buffer, use: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync("sha256", masterKey, "whisperdesk", use, 32)));
}

/** AES-256-GCM (NIST SP 800-38D): version, nonce, tag, ciphertext. */
function encipher(key: KeyObject, purpose: string, bytes: Uint8Array): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(purpose));
  const ciphertext = cipher.update(bytes);
  cipher.final();
  return Buffer.concat([Buffer.from([version]), nonce, cipher.getAuthTag(), ciphertext]);
}

function decipher(key: KeyObject, purpose: string, sealed: Buffer): Buffer {
  if (sealed[0] !== version) throw new Error("Sealed content has an unknown version");
  const nonce = sealed.subarray(1, 1 + nonceBytes);
  const tag = sealed.subarray(1 + nonceBytes, 1 + nonceBytes + tagBytes);
  const cipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(purpose));
  cipher.setAuthTag(tag);
  const bytes = cipher.update(sealed.subarray(1 + nonceBytes + tagBytes));
  try {
    cipher.final();
  } catch {
    throw new Error(`Sealed content (${purpose}) does not open: another master key, or the row was changed`);
  }
  return bytes;
}
