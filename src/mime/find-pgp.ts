import { findArmor } from "./find-armor.ts";
import { isCiphertext } from "./is-ciphertext.ts";
import type { Attachment, Mail } from "./mail.ts";

export type EncryptedFile = { filename: string; ciphertext: Uint8Array };

/** Where the OpenPGP of a mail is. `wrapping` are the attachments that are nothing but its envelope. */
export type PgpPlace =
  | { kind: "pgp-mime"; ciphertext: Uint8Array; wrapping: Attachment[] }
  | { kind: "inline"; before: string; armor: string; after: string }
  | { kind: "attached"; files: EncryptedFile[]; wrapping: Attachment[] }
  | { kind: "none" };

/** Finds encrypted content in a mail: PGP/MIME (RFC 3156), also mangled; inline armour; encrypted files. */
export function findPgp(mail: Pick<Mail, "text" | "attachments">): PgpPlace {
  return pgpMime(mail) ?? inline(mail) ?? attached(mail) ?? { kind: "none" };
}

/** Mail servers turn multipart/encrypted into multipart/mixed, so the two parts tell, not what is around them. */
function pgpMime(mail: Pick<Mail, "text" | "attachments">): PgpPlace | null {
  const control = mail.attachments.findIndex((one) => one.contentType === "application/pgp-encrypted");
  if (control === -1) return null;

  const candidates = [...mail.attachments.slice(control + 1), ...mail.attachments.slice(0, control)];
  const ciphertext = candidates.find((one) => isCiphertext(one.bytes));
  const version = mail.attachments[control];
  if (ciphertext && version)
    return { kind: "pgp-mime", ciphertext: ciphertext.bytes, wrapping: [version, ciphertext] };

  // Some servers put the ciphertext into the first part and drop the second.
  return version && isCiphertext(version.bytes)
    ? { kind: "pgp-mime", ciphertext: version.bytes, wrapping: [version] }
    : null;
}

function inline(mail: Pick<Mail, "text" | "attachments">): PgpPlace | null {
  const armor = findArmor(mail.text, "MESSAGE");
  return armor && { kind: "inline", ...armor };
}

function attached(mail: Pick<Mail, "text" | "attachments">): PgpPlace | null {
  const wrapping = mail.attachments.filter(
    (one) => /\.(asc|gpg|pgp)$/i.test(one.filename) && isCiphertext(one.bytes),
  );
  if (wrapping.length === 0) return null;
  const files = wrapping.map(({ filename, bytes }) => ({ filename: plainName(filename), ciphertext: bytes }));
  return { kind: "attached", files, wrapping };
}

function plainName(filename: string): string {
  return filename.replace(/\.(asc|gpg|pgp)$/i, "") || filename;
}
