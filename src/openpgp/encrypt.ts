import { createMessage, encrypt as encryptMessage, type Key, type PrivateKey } from "openpgp";
import { dearmor } from "./dearmor.ts";
import type { SecretKeys } from "./open-secret-keys.ts";
import { prepareOpenpgp } from "./prepare-openpgp.ts";
import { readKeysIn } from "./read-keys.ts";
import { revocationAt } from "./revocation.ts";

/**
 * Signs and encrypts bytes in one pass; gives an armoured message. Nothing is compressed, so that padded content
 * keeps its size. Throws when a recipient key cannot be encrypted to, or none of ours can sign.
 */
export async function encrypt(
  bytes: Uint8Array,
  recipientKeys: string[],
  signingKey: SecretKeys,
): Promise<string> {
  prepareOpenpgp();
  if (recipientKeys.length === 0) throw new Error("There is no key to encrypt to");

  return await encryptMessage({
    message: await createMessage({ binary: bytes }),
    encryptionKeys: await Promise.all(recipientKeys.map(readRecipient)),
    signingKeys: await signerOf(signingKey),
    format: "armored",
  });
}

async function readRecipient(armored: string): Promise<Key> {
  const bytes = dearmor(armored, "PUBLIC KEY BLOCK");
  if (!bytes) throw new Error("A recipient's key is not a complete public key block");
  const [key] = await readKeysIn(bytes);
  if (!key || (await revocationAt(key, null))) throw new Error("A recipient's key was revoked");
  return key;
}

/** The first of our keys that can sign; throws when none can. */
export async function signerOf(keys: SecretKeys): Promise<PrivateKey> {
  for (const { key } of keys.all) {
    try {
      await key.getSigningKey();
      return key;
    } catch {
      // An old key that only reads; the next one may sign.
    }
  }
  throw new Error("None of our keys can sign");
}
