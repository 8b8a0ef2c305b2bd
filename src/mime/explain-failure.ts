import type { DecryptionFailure } from "../openpgp/decrypt.ts";

/** Why something was not decrypted, for the staff alone: outside there is one answer to all of it, which is none. */
export function explainFailure(reason: DecryptionFailure): string {
  const explanations: Record<DecryptionFailure, string> = {
    "not our key": "it is encrypted to a key that this desk does not have",
    damaged: "the encrypted part is damaged or cut",
    "not authenticated": "its integrity is not protected, so it may have been changed",
    "too large": "it is larger inside than a mail may be",
    "not supported": "it is made in a form that this desk does not read",
  };
  return explanations[reason];
}
