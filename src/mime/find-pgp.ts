import { isVersion } from "./crypto-layer.ts";
import { isCiphertext } from "./is-ciphertext.ts";
import type { Mail } from "./mail.ts";

/** The ciphertext of a PGP/MIME mail as it came, for whoever opens it with keys of their own. */
export type PgpPlace = { kind: "pgp-mime"; ciphertext: Uint8Array } | { kind: "none" };

/** Finds the ciphertext of PGP/MIME (RFC 3156 §4), also where a server turned its envelope into another one. */
export function findPgp({ attachments }: Pick<Mail, "attachments">): PgpPlace {
  const hasControl = attachments.some(({ bytes }) => isVersion(bytes));
  const ciphertext = hasControl ? attachments.find(({ bytes }) => isCiphertext(bytes)) : undefined;
  return ciphertext ? { kind: "pgp-mime", ciphertext: ciphertext.bytes } : { kind: "none" };
}
