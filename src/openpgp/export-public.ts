import { signerOf } from "./encrypt.ts";
import type { SecretKeys } from "./open-secret-keys.ts";
import { withoutForeignCertifications } from "./without-foreign-certifications.ts";

/** Our public keys, one armoured block each, as they may be given to anybody. */
export function exportPublic(keys: SecretKeys): string[] {
  return keys.all.map(({ key }) => withoutForeignCertifications(key.toPublic()).armor());
}

/** The public half of the key that signs, armoured; null when none can sign. */
export async function exportSigning(keys: SecretKeys): Promise<string | null> {
  const key = await signerOf(keys).catch(() => null);
  return key && withoutForeignCertifications(key.toPublic()).armor();
}
