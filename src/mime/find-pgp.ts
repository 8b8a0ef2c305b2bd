import { findArmor } from "./find-armor.ts";
import type { Attachment, Mail } from "./mail.ts";

export type EncryptedFile = { filename: string; ciphertext: Uint8Array };

/** Where the OpenPGP of a mail is. `wrapping` are the attachments that are nothing but its envelope. */
export type PgpPlace =
  | { kind: "pgp-mime"; ciphertext: Uint8Array; wrapping: Attachment[] }
  | { kind: "inline"; before: string; armor: string; after: string }
  | { kind: "attached"; files: EncryptedFile[]; wrapping: Attachment[] }
  | { kind: "none" };

/** Finds encrypted content in a mail: PGP/MIME (RFC 3156), also mangled; inline armour; encrypted files. */
export function findPgp(mail: Mail): PgpPlace {
  return pgpMime(mail) ?? inline(mail) ?? attached(mail) ?? { kind: "none" };
}

/** Mail servers turn multipart/encrypted into multipart/mixed, so the two parts tell, not what is around them. */
function pgpMime(mail: Mail): PgpPlace | null {
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

function inline(mail: Mail): PgpPlace | null {
  const armor = findArmor(mail.text, "MESSAGE");
  return armor && { kind: "inline", ...armor };
}

function attached(mail: Mail): PgpPlace | null {
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

/** Armour, or binary that begins with a session key or an encrypted packet. */
function isCiphertext(bytes: Uint8Array): boolean {
  const first = bytes[0] ?? 0;
  if (first & 0x80) return [1, 3, 9, 18, 20].includes(first & 0x40 ? first & 0x3f : (first >> 2) & 0x0f);
  return (
    findArmor(Buffer.from(bytes.subarray(0, 4096)).toString("latin1").replace(/\r\n?/g, "\n"), "MESSAGE") !==
    null
  );
}
