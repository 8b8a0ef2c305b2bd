import type { SecretKeys } from "./open-secret-keys.ts";
import { withoutForeignCertifications } from "./without-foreign-certifications.ts";

/** Our public keys, one armoured block each, as they may be given to anybody. */
export function exportPublic(keys: SecretKeys): string[] {
  return keys.all.map(({ key }) => withoutForeignCertifications(key.toPublic()).armor());
}
