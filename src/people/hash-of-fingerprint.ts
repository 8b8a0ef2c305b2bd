import type { Vault } from "../vault/vault.ts";

/** The keyed hash by which a person's OpenPGP key is found: its fingerprint names a person, so it is not stored open. */
export function hashOfFingerprint(vault: Vault, fingerprint: string): Buffer {
  return vault.lookUpHash("fingerprint", fingerprint.toUpperCase().replaceAll(" ", ""));
}
