import { createMessage, encrypt, readKey, readPrivateKey } from "openpgp";
import { encryptReport, wrapForWire } from "#src/demo/reports/wire.ts";
import { generateSecretKey, type NewKey } from "#src/openpgp/generate-secret-key.ts";
import { canary } from "./canary.ts";

/** Somebody who writes to the desk. All that is theirs bears their number. */
export type Person = {
  number: number;
  address: string;
  key: NewKey;
  /** They wrote encrypted or gave a key: from now on nothing leaves in clear for them. */
  isSecret: boolean;
};

export async function makePerson(number: number): Promise<Person> {
  // A domain of their own: of each the desk acknowledges only a few mails an hour.
  const address = `${canary("address", number)}@host${number}.example.net`;
  return {
    number,
    address,
    key: await generateSecretKey(`Name ${secret(number)}`, address),
    isSecret: false,
  };
}

export type Words = {
  person: Person;
  inReplyTo?: string | undefined;
  withKey?: boolean;
  extraHeaders?: string[];
};

let messages = 0;
const secret = (number: number) => canary("secret", number);

/** A mail in clear, with an attachment, and with a key when asked. */
export function clearMail(words: Words): string {
  return `${headers(words, `Subject of ${secret(words.person.number)}`)}${entity(words)}`;
}

/** PGP/MIME with a protected subject, signed or not. */
export async function encryptedMail(words: Words, deskKey: string, signed: boolean): Promise<string> {
  const { person } = words;
  const inner = `${headers(words, `Subject of ${secret(person.number)}`)}${entity(words).replace("multipart/mixed;", 'multipart/mixed; hp="cipher";')}`;
  const armored = await encrypted(inner, deskKey, signed ? person.key.secret : null);
  return `${headers(words, "...")}${[
    'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="enc"',
    "",
    "--enc",
    "Content-Type: application/pgp-encrypted",
    "",
    "Version: 1",
    "--enc",
    'Content-Type: application/octet-stream; name="encrypted.asc"',
    "",
    armored,
    "--enc--",
    "",
  ].join("\r\n")}`;
}

/** An inline block with words around it, whole or cut in the middle. */
export async function inlineMail(words: Words, deskKey: string, cut: boolean): Promise<string> {
  const armored = await encrypted(`Inside ${secret(words.person.number)}`, deskKey, null);
  const text = cut ? armored.slice(0, armored.length / 2) : armored;
  return `${headers(words, `Inline ${secret(words.person.number)}`)}\r\nBefore ${secret(words.person.number)}\r\n${text}\r\nAfter`;
}

/** A WhisperBack report with an address and a key, with either, or with none. */
export async function reportMail(
  { person, withKey }: Words,
  deskKey: string,
  withAddress: boolean,
): Promise<string> {
  const own = secret(person.number);
  messages += 1;
  const body = [
    `Subject: Wi-Fi of ${own}`,
    ...(withAddress ? [`From: ${person.address}`] : []),
    ...(withKey ? ["OpenPGP-Key: included below"] : []),
    'Tails-Version: NAME="Tails"',
    'VERSION="7.2"',
    "",
    "What were you trying to achieve?",
    "--------------------------------",
    `I want ${own}`,
    "",
    "What happened instead?",
    "----------------------",
    `It said ${own}`,
    "",
    ...(withKey ? [person.key.public.trim(), ""] : []),
    "======= content of /proc/cmdline =======",
    `BOOT_IMAGE=/live/vmlinuz live-media=removable FSUUID=4eaf-90cc ${own}`,
    "",
    "======= output of journalctl =======",
    `Nov 22 10:00:00 amnesia kernel: ${own}: firmware failed`,
    "",
  ].join("\n");
  const id = messages.toString(16).padStart(32, "0");
  return Buffer.from(await encryptReport(wrapForWire(body), deskKey, id)).toString();
}

/** A mail that a server sends back, with what it says of the address and of the mail. */
export function bounceMail(person: Person, messageId: string): string {
  const own = secret(person.number);
  return [
    "From: MAILER-DAEMON@example.net",
    "To: desk@example.org",
    "Subject: Undelivered Mail Returned to Sender",
    `Message-ID: <${canary("message id", person.number)}.${++messages}@example.net>`,
    "Auto-Submitted: auto-replied",
    "MIME-Version: 1.0",
    'Content-Type: multipart/report; report-type=delivery-status; boundary="dsn"',
    "",
    "--dsn",
    "",
    `<${person.address}>: unknown user, ${own}`,
    "--dsn",
    "Content-Type: message/delivery-status",
    "",
    "Reporting-MTA: dns; mx.example.net",
    "",
    `Final-Recipient: rfc822; ${person.address}`,
    "Action: failed",
    "Status: 5.1.1",
    `Diagnostic-Code: smtp; 550 5.1.1 <${person.address}> ${own}`,
    "--dsn",
    "Content-Type: text/rfc822-headers",
    "",
    `To: ${person.address}`,
    `Message-ID: ${messageId}`,
    "--dsn--",
    "",
  ].join("\r\n");
}

/** Somebody else's mail that the person passes on as an attachment, or through a list. */
export function forwardedMail(words: Words): string {
  const inner = clearMail({ person: words.person });
  return `${headers(words, `Fwd: ${secret(words.person.number)}`)}${[
    'Content-Type: multipart/mixed; boundary="fwd"',
    "",
    "--fwd",
    "",
    `Look at this, ${secret(words.person.number)}`,
    "--fwd",
    "Content-Type: message/rfc822",
    "",
    inner,
    "--fwd--",
    "",
  ].join("\r\n")}`;
}

function headers({ person, inReplyTo, extraHeaders = [] }: Words, subject: string): string {
  messages += 1;
  return [
    `From: Name ${secret(person.number)} <${person.address}>`,
    "To: desk@example.org",
    `Subject: ${subject}`,
    `Date: ${new Date().toUTCString().replace("GMT", "+0000")}`,
    `Message-ID: <${canary("message id", person.number)}.${messages}@example.net>`,
    ...(inReplyTo ? [`In-Reply-To: ${inReplyTo}`, `References: ${inReplyTo}`] : []),
    ...extraHeaders,
    "MIME-Version: 1.0",
    "",
  ].join("\r\n");
}

function entity({ person, withKey }: Words): string {
  const own = secret(person.number);
  return [
    'Content-Type: multipart/mixed; boundary="part"',
    "",
    "--part",
    "Content-Type: text/plain; charset=utf-8",
    "",
    `Hello, my printer ${own} does not print. ${person.address} is where I am.`,
    "--part",
    `Content-Type: text/plain; name="log-${own}.txt"`,
    `Content-Disposition: attachment; filename="log-${own}.txt"`,
    "",
    `attached ${own}`,
    ...(withKey
      ? ["--part", 'Content-Type: application/pgp-keys; name="key.asc"', "", person.key.public.trim()]
      : []),
    "--part--",
    "",
  ].join("\r\n");
}

async function encrypted(text: string, deskKey: string, signer: string | null): Promise<string> {
  const armored = await encrypt({
    message: await createMessage({ binary: Buffer.from(text) }),
    encryptionKeys: await readKey({ armoredKey: deskKey }),
    ...(signer ? { signingKeys: await readPrivateKey({ armoredKey: signer }) } : {}),
  });
  return armored.trim().replace(/\r?\n/g, "\r\n");
}
