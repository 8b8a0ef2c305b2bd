import { findKeys } from "../mime/find-keys.ts";
import { findPgp, type PgpPlace } from "../mime/find-pgp.ts";
import type { Attachment, Mail } from "../mime/mail.ts";
import { parseMail } from "../mime/parse-mail.ts";
import { firstHeader } from "../mime/read-headers.ts";
import { type Decrypted, type DecryptionFailure, decrypt } from "../openpgp/decrypt.ts";
import type { SecretKeys } from "../openpgp/open-secret-keys.ts";

/** What a mail says once it is open. `cleartext` is the encrypted part alone, or the whole text of a mail in clear. */
export type Opened = {
  ok: true;
  subject: string;
  text: string;
  cleartext: string;
  attachments: Attachment[];
  keyBlocks: string[];
  encryption: "none" | "encrypted";
  signature: "no" | "cannot check" | "bad" | "good";
  warnings: string[];
};

export type NotOpened = { ok: false; reason: string };

/** Decrypts what is encrypted in a mail, wherever it stands. A part that does not open has a reason for the staff. */
export async function openMail(mail: Mail, keys: SecretKeys): Promise<Opened | NotOpened> {
  const place = findPgp(mail);
  if (place.kind === "pgp-mime") return await openPgpMime(mail, place, keys);
  if (place.kind === "inline") return await openInline(mail, place, keys);
  const inClear = openClear(mail);
  return place.kind === "attached" ? await openAttached(inClear, place, keys) : inClear;
}

function openClear(mail: Mail): Opened {
  return {
    ok: true,
    subject: mail.subject,
    text: mail.text,
    cleartext: mail.text,
    attachments: mail.attachments,
    keyBlocks: findKeys(mail),
    encryption: "none",
    signature: "no",
    warnings: mail.warnings,
  };
}

async function openPgpMime(
  mail: Mail,
  place: Extract<PgpPlace, { kind: "pgp-mime" }>,
  keys: SecretKeys,
): Promise<Opened | NotOpened> {
  const decrypted = await decrypt(place.ciphertext, keys);
  if (!decrypted.ok) return notOpened(decrypted.reason);
  const inner = await parseMail(decrypted.bytes);
  if (!inner.ok) return { ok: false, reason: `The encrypted part ${inner.reason}` };

  const content = await unwrapList(inner.mail);
  const beside = mail.attachments.filter((one) => !place.wrapping.includes(one));
  const warnings = [...mail.warnings, ...inner.mail.warnings];
  if (mail.text.trim() || beside.length > 0)
    warnings.push("parts that are not encrypted stand beside the encrypted one");
  return {
    ok: true,
    subject: protectedSubject(inner.mail) ?? mail.subject,
    text: content.text,
    cleartext: content.text,
    attachments: [...content.attachments, ...beside],
    keyBlocks: findKeys(content),
    encryption: "encrypted",
    signature: decrypted.signed,
    warnings,
  };
}

/** The subject inside counts when the sender protected the headers (RFC 9788, or the older form). */
function protectedSubject(inner: Mail): string | null {
  const contentType = firstHeader(inner.headers, "content-type") ?? "";
  return /;\s*(hp|protected-headers)\s*=/i.test(contentType) && inner.subject ? inner.subject : null;
}

/** A Schleuder list puts its own headers, closed by 78 dashes, in front, and the mail itself into a wrapper part. */
async function unwrapList(inner: Mail): Promise<Mail> {
  const [head = "", ...rest] = inner.text.split(/^-{78}$/m);
  if (!/^(From|To|Cc|Date|Sig|Enc): /.test(head) || !/^Enc: /m.test(head)) return inner;
  const wrapped = inner.attachments.find(({ contentType }) => contentType === "message/rfc822");
  const original = wrapped && (await parseMail(wrapped.bytes));
  if (original?.ok) return original.mail;
  return { ...inner, text: rest.join("-".repeat(78)).replace(/^\s+/, "") };
}

async function openInline(
  mail: Mail,
  place: Extract<PgpPlace, { kind: "inline" }>,
  keys: SecretKeys,
): Promise<Opened | NotOpened> {
  const decrypted = await decrypt(place.armor, keys);
  if (!decrypted.ok) return notOpened(decrypted.reason);
  const cleartext = textOf(decrypted);
  const before = place.before.trim();
  const after = place.after.trim();
  const warnings = [...mail.warnings];
  if (before || after) warnings.push("text before or after the encrypted part was not encrypted");
  return {
    ...openClear(mail),
    text: [before, cleartext, after].filter(Boolean).join("\n\n"),
    cleartext,
    keyBlocks: findKeys({ ...mail, text: cleartext }),
    encryption: "encrypted",
    signature: decrypted.signed,
    warnings,
  };
}

function textOf(decrypted: Extract<Decrypted, { ok: true }>): string {
  return Buffer.from(decrypted.bytes).toString("utf8").replaceAll("\0", "").replace(/\r\n?/g, "\n");
}

/** An attached file that does not open stays as it came, with a warning; the rest of the mail can be read. */
async function openAttached(
  mail: Opened,
  place: Extract<PgpPlace, { kind: "attached" }>,
  keys: SecretKeys,
): Promise<Opened> {
  const attachments = mail.attachments.filter((one) => !place.wrapping.includes(one));
  const warnings = [...mail.warnings];
  let opened = 0;
  for (const [index, { filename, ciphertext }] of place.files.entries()) {
    const decrypted = await decrypt(ciphertext, keys);
    const closed = place.wrapping[index];
    if (decrypted.ok) {
      attachments.push({ filename, contentType: "application/octet-stream", bytes: decrypted.bytes });
      opened += 1;
    } else if (closed) {
      attachments.push(closed);
      warnings.push(`an attached encrypted file was not opened: ${explain(decrypted.reason)}`);
    }
  }
  return { ...mail, attachments, warnings, encryption: opened > 0 ? "encrypted" : "none" };
}

function notOpened(reason: DecryptionFailure): NotOpened {
  return { ok: false, reason: `The mail is encrypted and was not opened: ${explain(reason)}` };
}

function explain(reason: DecryptionFailure): string {
  const explanations: Record<DecryptionFailure, string> = {
    "not our key": "it is encrypted to a key that this desk does not have",
    damaged: "the encrypted part is damaged or cut",
    "not authenticated": "its integrity is not protected, so it may have been changed",
    "too large": "it is larger inside than a mail may be",
    "not supported": "it is made in a form that this desk does not read",
  };
  return explanations[reason];
}
