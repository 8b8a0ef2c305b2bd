import assert from "node:assert/strict";
import { createMessage, encrypt, type PrivateKey, readKey, readPrivateKey, sign } from "openpgp";
import { type Opened, openMail } from "#src/inbox/open-mail.ts";
import { generateSecretKey } from "#src/openpgp/generate-secret-key.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { parsed } from "./fixture.ts";

export const desk = await generateSecretKey("Desk", "desk@example.org");
export const nina = await generateSecretKey("Nina", "nina@example.org");
/** Another person, who makes a key that bears Nina's name. */
export const mallory = await generateSecretKey("Nina", "nina@example.org");
export const keys = await openSecretKeys([desk.secret]);
export const pinned = [{ address: "nina@example.org", armored: nina.public }];

export async function secretKeyOf(key: { secret: string }): Promise<PrivateKey> {
  return await readPrivateKey({ armoredKey: key.secret });
}

export async function encrypted(
  text: string,
  signer?: { secret: string },
  date = new Date(),
): Promise<string> {
  const armored = await encrypt({
    message: await createMessage({ binary: Buffer.from(text) }),
    encryptionKeys: await readKey({ armoredKey: desk.public }),
    ...(signer ? { signingKeys: await secretKeyOf(signer), date } : {}),
  });
  return armored.trimEnd();
}

export async function detached(
  text: string,
  signer: { secret: string } = nina,
  date = new Date(),
): Promise<string> {
  const message = await createMessage({ binary: Buffer.from(text) });
  return (await sign({ message, signingKeys: await secretKeyOf(signer), detached: true, date })).trimEnd();
}

export function textPart(text: string): string {
  return `Content-Type: text/plain; charset=utf-8\r\n\r\n${text}`;
}

export function htmlPart(html: string): string {
  return `Content-Type: text/html; charset=utf-8\r\n\r\n${html}`;
}

export function multipart(type: string, boundary: string, parts: string[]): string {
  return `Content-Type: ${type}; boundary="${boundary}"\r\n\r\n${parts.map((part) => `--${boundary}\r\n${part}\r\n`).join("")}--${boundary}--\r\n`;
}

export const encryptedType = 'multipart/encrypted; protocol="application/pgp-encrypted"';
export const signedType = 'multipart/signed; micalg=pgp-sha512; protocol="application/pgp-signature"';

export function signaturePart(signature: string): string {
  return `Content-Type: application/pgp-signature; name="signature.asc"\r\n\r\n${signature}`;
}

/** Encrypted as PGP/MIME; the text is a part of its own inside unless it has headers already. */
export async function pgpMime(inner: string, signer?: { secret: string }): Promise<string> {
  const part = /^Content-Type:|^From:/.test(inner) ? inner : textPart(inner);
  return multipart(encryptedType, "enc", [
    "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1",
    `Content-Type: application/octet-stream; name="encrypted.asc"\r\n\r\n${await encrypted(part, signer)}`,
  ]);
}

export async function pgpSigned(
  part: string,
  signer: { secret: string } = nina,
  date = new Date(),
): Promise<string> {
  const whole = /^Content-Type:|^From:/.test(part) ? part : textPart(part);
  return multipart(signedType, "sig", [whole, signaturePart(await detached(whole, signer, date))]);
}

export function mail(
  entity: string,
  headers: string[] = ["From: Nina <nina@example.org>"],
  date = new Date(),
): string {
  const sent = date.toUTCString().replace("GMT", "+0000");
  return [
    ...headers,
    "To: desk@example.org",
    "Subject: Hello",
    `Date: ${sent}`,
    "MIME-Version: 1.0",
    entity,
  ].join("\r\n");
}

/** A mail that has to open. */
export async function opened(raw: string): Promise<Opened> {
  const result = await openMail(Buffer.from(raw), await parsed(raw), keys, pinned);
  assert.ok(result.ok, JSON.stringify(result));
  return result;
}

/** A mail that must not open, and shows nothing. */
export async function refused(raw: string, reason: RegExp): Promise<void> {
  const result = await openMail(Buffer.from(raw), await parsed(raw), keys, pinned);
  assert.equal(result.ok, false);
  assert.match(result.ok ? "" : result.reason, reason);
  assert.deepEqual(Object.keys(result), ["ok", "reason"]);
}

/** Nina is not told as the one who signed. */
export function notByNina({ crypto, signature }: Opened): void {
  assert.equal(crypto.signedBy, null);
  assert.notEqual(crypto.signature, "good");
  assert.notEqual(signature, "good");
}

export function byNina({ crypto, signature }: Opened): void {
  assert.equal(crypto.signedBy, "nina@example.org", JSON.stringify(crypto));
  assert.equal(signature, "good");
  assert.ok(crypto.coversAll);
}
