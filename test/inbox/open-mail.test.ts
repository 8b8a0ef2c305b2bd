import assert from "node:assert/strict";
import { test } from "node:test";
import { createMessage, encrypt, readKey } from "openpgp";
import { openMail } from "#src/inbox/open-mail.ts";
import { generateSecretKey } from "#src/openpgp/generate-secret-key.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { limit } from "#test/support/limits.ts";
import {
  desk,
  encrypted,
  htmlPart,
  mail,
  mallory,
  multipart,
  nina,
  opened,
  pgpMime,
  pgpSigned,
  pinned,
  textPart,
} from "../mime/crypto-mails.ts";
import { fixture, parsed, parsedFixture } from "../mime/fixture.ts";

test("several inline blocks are opened in their order, the words between them apart", async () => {
  const raw = mail(
    textPart(`first\r\n${await encrypted("one")}\r\nbetween\r\n${await encrypted("two")}\r\nlast`),
  );

  const result = await opened(raw);

  assert.deepEqual(result.segments, [
    { sort: "plain", text: "first" },
    { sort: "encrypted", text: "one" },
    { sort: "plain", text: "between" },
    { sort: "encrypted", text: "two" },
    { sort: "plain", text: "last" },
  ]);
  assert.equal(result.cleartext, "one\n\ntwo");
});

test("one of several blocks that does not open stays as a file, with a warning", async () => {
  const other = await encrypted("for us");
  const broken = `-----BEGIN PGP MESSAGE-----\r\n\r\n${"A".repeat(64)}\r\n-----END PGP MESSAGE-----`;

  const result = await opened(mail(textPart(`${other}\r\n${broken}`)));

  assert.equal(result.cleartext, "for us");
  assert.deepEqual(
    result.attachments.map(({ filename }) => filename),
    ["not-opened.asc"],
  );
  assert.ok(result.warnings.includes("a part is encrypted and was not opened"));
});

test("a block that is quoted is opened apart, and never quoted back", async () => {
  const quoted = (await encrypted("secret")).replace(/^/gm, "> ");

  const alone = await opened(mail(textPart(quoted)));
  const asked = await opened(mail(textPart(`What is this?\r\n${quoted}`)));

  assert.deepEqual(alone.marks, ["copied ciphertext"]);
  assert.deepEqual(asked.marks, ["partly encrypted", "copied ciphertext"]);
  assert.deepEqual(asked.segments, [
    { sort: "plain", text: "What is this?" },
    { sort: "encrypted", text: "secret" },
  ]);
});

test("the charset of an inline message is the one that its armour names", async () => {
  const latin1 = await encryptedBytes(Buffer.from("Écran noir", "latin1"));
  const koi8 = await encryptedBytes(Buffer.from([0xf0, 0xd2, 0xc9, 0xd7, 0xc5, 0xd4]));

  const named = await opened(mail(textPart(koi8.replace(/\r?\n\r?\n/, "\nCharset: KOI8-R\n\n"))));
  const unnamed = await opened(mail(textPart(latin1)));

  assert.equal(named.text, "Привет");
  assert.equal(unnamed.text, "Écran noir");
});

test("a mail through a Schleuder list shows the original, and the list's word proves nothing", async () => {
  const original = `From: Lea <lea@example.org>\r\nSubject: Inner\r\n${textPart("the original words")}`;
  const pseudo = `From: Lea <lea@example.org>\r\nTo: list@example.org\r\nDate: today\r\nSig: Good signature from Lea\r\nEnc: Encrypted\r\n${"-".repeat(78)}\r\n`;
  const inner = multipart("multipart/mixed", "s", [
    textPart(pseudo),
    `Content-Type: message/rfc822\r\n\r\n${original}`,
  ]);

  const result = await opened(mail(await pgpMime(inner, mallory), ["From: list@example.org"]));

  assert.equal(result.text, "the original words");
  assert.equal(result.crypto.signature, "cannot check");
  assert.equal(result.crypto.signedBy, null);
});

test("a mail through a Schleuder list whose text stands below the list's headers shows that text", async () => {
  const pseudo = `From: Lea <lea@example.org>\r\nDate: today\r\nSig: Unsigned\r\nEnc: Encrypted\r\n${"-".repeat(78)}\r\n`;

  const result = await opened(
    mail(await pgpMime(textPart(`${pseudo}\r\nthe words`)), ["From: list@example.org"]),
  );

  assert.equal(result.text, "the words");
});

test("S/MIME is named and kept, and gives no status", async () => {
  const signature =
    'Content-Type: application/pkcs7-signature; name="smime.p7s"\r\nContent-Transfer-Encoding: base64\r\n\r\nMIIB';
  const type = 'multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256';
  const signed = await opened(mail(multipart(type, "s", [textPart("Hello"), signature])));
  const sealed = await opened(
    mail(
      'Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"\r\nContent-Transfer-Encoding: base64\r\n\r\nMIIB',
    ),
  );

  assert.equal(signed.text, "Hello");
  for (const result of [signed, sealed]) {
    assert.deepEqual(result.crypto.errant, ["S/MIME part"]);
    assert.equal(result.crypto.signature, "no");
    assert.equal(result.crypto.encryption, "none");
    assert.match(result.attachments[0]?.filename ?? "", /^smime\.p7[sm]$/);
    assert.ok(
      result.warnings.includes("parts signed or encrypted with S/MIME were kept as files and not opened"),
    );
  }
});

test("the copy of the subject for old programs is not shown, in text and in HTML", async () => {
  const plain =
    'Content-Type: text/plain; charset=utf-8; hp-legacy-display="1"\r\n\r\nSubject: Secret\r\n\r\nthe words';
  const html =
    'Content-Type: text/html; charset=utf-8; hp-legacy-display="1"\r\n\r\n<div class="header-protection-legacy-display"><pre>Subject: Secret</pre></div><p>the words</p>';
  for (const part of [plain, html]) {
    const inner = `From: nina@example.org\r\nSubject: Secret\r\n${multipart('multipart/alternative; hp="cipher"', "h", [part])}`;
    const result = await opened(mail(await pgpMime(inner)));

    assert.equal(result.subject, "Secret");
    assert.equal(result.text.trim(), "the words");
    assert.ok(result.crypto.headersProtected);
  }
});

test("a whole mail wrapped to protect its headers is shown as that mail", async () => {
  const inner = `Content-Type: message/rfc822; forwarded=no\r\n\r\nFrom: nina@example.org\r\nSubject: Secret\r\n${textPart("the words")}`;

  const result = await opened(mail(await pgpMime(inner, nina)));

  assert.equal(result.subject, "Secret");
  assert.equal(result.text, "the words");
  assert.equal(result.crypto.signedBy, "nina@example.org");
});

test("headers that claim protection outside of any encryption or signature are not believed", async () => {
  const result = await opened(mail('Subject: Other\r\nContent-Type: text/plain; hp="cipher"\r\n\r\nhello'));

  assert.equal(result.subject, "Hello");
  assert.equal(result.crypto.headersProtected, false);
});

test("a subject under a signature that nobody checked is not taken from inside", async () => {
  const part =
    'From: nina@example.org\r\nSubject: Inner\r\nContent-Type: text/plain; hp="clear"\r\n\r\nhello';

  const result = await opened(mail(await pgpSigned(part, mallory)));

  assert.equal(result.subject, "Hello");
});

test("the summary tells which of our keys opened it, an expired one too", async () => {
  const old = await generateSecretKey("Old", "old@example.org", {
    createdAt: new Date("2020-01-01"),
    expiresInDays: 9000,
  });
  const both = await openSecretKeys([desk.secret, old.secret]);
  const raw = mail(await pgpMime("hello"));

  const result = await openMail(Buffer.from(raw), await parsed(raw), both, pinned);

  assert.ok(result.ok);
  assert.deepEqual(result.crypto.encryptedTo, [desk.fingerprint]);
});

test("PGP/MIME with a list's footer is partly encrypted and opened", async () => {
  const secret = await openSecretKeys([(await fixture("TEST-ONLY-helpdesk-secret.asc")).toString()]);

  const result = await openMail(
    await fixture("pgp-mime-with-list-footer.eml"),
    await parsedFixture("pgp-mime-with-list-footer.eml"),
    secret,
  );

  assert.ok(result.ok);
  assert.equal(result.crypto.encryption, "partly");
  assert.ok(result.warnings.includes("parts that are not encrypted stand beside the encrypted one"));
});

test("encrypted.asc alone, its envelope lost, is read as the mail that it is", async () => {
  const part = `From: nina@example.org\r\nSubject: Secret\r\n${textPart("the words")}`;
  const file = `Content-Type: application/octet-stream; name=encrypted.asc\r\n\r\n${await encrypted(part)}`;

  const result = await opened(mail(multipart("multipart/mixed", "m", [file])));

  assert.equal(result.text, "the words");
  assert.equal(result.crypto.encryption, "encrypted");
});

test("a ciphertext that stands in the first part, the second one dropped, is opened", async () => {
  const first = `Content-Type: application/pgp-encrypted\r\n\r\n${await encrypted(textPart("the words"))}`;

  for (const type of ['multipart/encrypted; protocol="application/pgp-encrypted"', "multipart/mixed"]) {
    const result = await opened(mail(multipart(type, "m", [first])));
    assert.equal(result.text, "the words");
    assert.equal(result.crypto.encryption, "encrypted");
  }
});

test("an encrypted file beside words in clear is marked, and the words are not taken for secret ones", async () => {
  const file = `Content-Type: application/octet-stream; name=log.txt.gpg\r\n\r\n${await encrypted("the log")}`;

  const result = await opened(mail(multipart("multipart/mixed", "m", [textPart("see the file"), file])));

  assert.deepEqual(result.marks, ["partly encrypted"]);
  assert.deepEqual(result.segments, [{ sort: "plain", text: "see the file" }]);
  assert.equal(result.attachments[0]?.filename, "log.txt");
});

test("an HTML body with 30,000 openings of a copied subject is read at once", {
  timeout: limit(5),
}, async () => {
  const html = `</div>${'<div class="header-protection-legacy-display">'.repeat(30_000)}`;
  const part = `Subject: x\r\nContent-Type: text/html; hp="cipher"; hp-legacy-display="1"\r\n\r\n${html}`;

  assert.equal((await opened(mail(await pgpMime(`From: nina@example.org\r\n${part}`)))).subject, "x");
});

test("a mail in clear stays as it was read, with one piece of text", async () => {
  const raw = mail(
    multipart("multipart/alternative", "a", [textPart("plain words\r\n"), htmlPart("<p>rich words</p>")]),
  );

  const result = await opened(raw);

  assert.equal(result.text, (await parsed(raw)).text);
  assert.deepEqual(result.segments, [{ sort: "plain", text: result.text }]);
  assert.deepEqual(result.crypto, {
    encryption: "none",
    encryptedTo: [],
    signature: "no",
    reason: null,
    coversAll: false,
    headersProtected: false,
    signedBy: null,
    signer: null,
    signerKeyId: null,
    signedAt: null,
    intendedFor: null,
    errant: [],
  });
});

test("a mail to another key is refused with the reason for the staff", async () => {
  const other = await openSecretKeys([nina.secret]);
  const raw = mail(await pgpMime("hello"));
  const result = await openMail(Buffer.from(raw), await parsed(raw), other);

  assert.deepEqual(result, {
    ok: false,
    reason: "The mail is encrypted and was not opened: it is encrypted to a key that this desk does not have",
  });
});

async function encryptedBytes(bytes: Uint8Array): Promise<string> {
  const encryptionKeys = await readKey({ armoredKey: desk.public });
  return (await encrypt({ message: await createMessage({ binary: bytes }), encryptionKeys })).trimEnd();
}
