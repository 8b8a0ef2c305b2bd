import { openSecretKeys, type SecretKeys } from "../openpgp/open-secret-keys.ts";

/** The armoured private keys in a text that holds one or several, one after the other. */
export function secretKeyBlocks(text: string): string[] {
  const block = /-----BEGIN PGP PRIVATE KEY BLOCK-----[\s\S]*?-----END PGP PRIVATE KEY BLOCK-----/g;
  return text.match(block) ?? [text];
}

/** Opens the desk's keys; throws an Error that names the variable and what is wrong, never a part of a key. */
export async function openDeskKeys(settings: {
  OPENPGP_KEYS: string;
  OPENPGP_PASSPHRASE?: string | undefined;
}): Promise<SecretKeys> {
  try {
    return await openSecretKeys(secretKeyBlocks(settings.OPENPGP_KEYS), settings.OPENPGP_PASSPHRASE);
  } catch (error) {
    const reason = error instanceof Error ? error.message : "cannot be read";
    const name = /passphrase/.test(reason) ? "OPENPGP_PASSPHRASE" : "OPENPGP_KEYS";
    throw new Error(`${name}: ${reason}`);
  }
}
