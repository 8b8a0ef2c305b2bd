import assert from "node:assert/strict";
import { test } from "node:test";
import { createCleartextMessage, createMessage, encrypt, readKey, readMessage, sign } from "openpgp";
import { openMail } from "#src/inbox/open-mail.ts";
import {
  byNina,
  desk,
  detached,
  encrypted,
  htmlPart,
  keys,
  mail,
  mallory,
  multipart,
  nina,
  notByNina,
  opened,
  pgpMime,
  pgpSigned,
  pinned,
  secretKeyOf,
  signaturePart,
  signedType,
  textPart,
} from "./crypto-mails.ts";
import { parsed } from "./fixture.ts";

// The attacks of "Johnny, you are fired" (USENIX Security 2019), and what they are measured against.

test("a mail that Nina signed is signed by Nina", async () => {
  byNina(await opened(mail(await pgpSigned("I am Nina"))));
});

test("a mail that Nina signed and encrypted is signed by Nina", async () => {
  byNina(await opened(mail(await pgpMime("I am Nina", nina))));
  byNina(await opened(mail(await pgpMime(await pgpSigned("I am Nina")))));
});

test("a signed mail that a server stored with LF alone is still signed", async () => {
  byNina(await opened(mail(await pgpSigned("I am\r\nNina")).replaceAll("\r\n", "\n")));
});

test("a changed signed mail has a bad signature", async () => {
  const result = await opened(mail(await pgpSigned("pay 10")).replace("pay 10", "pay 99"));

  assert.equal(result.crypto.signature, "bad");
  notByNina(result);
});

const wrappings: [string, (signed: string) => string][] = [
  ["text in front of it", (signed) => multipart("multipart/mixed", "w", [textPart("pay Mallory"), signed])],
  ["text behind it", (signed) => multipart("multipart/mixed", "w", [signed, textPart("pay Mallory")])],
  ["nothing but a list's wrapper", (signed) => multipart("multipart/mixed", "w", [signed])],
  [
    "an alternative to it",
    (signed) => multipart("multipart/alternative", "w", [textPart("pay Mallory"), signed]),
  ],
  [
    "a page that hides it by cid:",
    (signed) =>
      multipart("multipart/related", "w", [htmlPart('<b>pay Mallory</b><img src="cid:x">'), signed]),
  ],
  [
    "a mail that it is forwarded in",
    (signed) =>
      multipart("multipart/mixed", "w", [
        textPart("pay Mallory"),
        `Content-Type: message/rfc822\r\n\r\n${mail(signed)}`,
      ]),
  ],
  ["a signed part that is broken", (signed) => multipart(signedType, "w", [textPart("pay Mallory"), signed])],
];

for (const [what, wrap] of wrappings) {
  test(`a signature wrapped in ${what} gives no status`, async () => {
    const result = await opened(mail(wrap(await pgpSigned("I am Nina"))));

    notByNina(result);
    assert.equal(result.crypto.signature, "no");
  });

  test(`a signature wrapped in ${what}, encrypted by somebody else, gives no status`, async () => {
    const result = await opened(mail(await pgpMime(wrap(await pgpSigned("I am Nina")))));

    notByNina(result);
    assert.equal(result.crypto.encryption, "encrypted");
  });
}

test("a third part beside the signed one and its signature gives no status", async () => {
  const part = textPart("I am Nina");
  const signature = signaturePart(await detached(part));

  for (const parts of [
    [textPart("pay Mallory"), part, signature],
    [part, signature, textPart("pay Mallory")],
    [part, textPart("pay Mallory"), signature],
    [signature, part],
  ]) {
    const result = await opened(mail(multipart(signedType, "w", parts)));
    notByNina(result);
    assert.deepEqual(result.crypto.errant, ["signed part"]);
  }
});

test("what stands before the first boundary and after the last is not shown under a signature", async () => {
  const signed = await pgpSigned("I am Nina");
  const withRest = signed.replace("\r\n\r\n--sig", "\r\n\r\npay Mallory\r\n--sig");

  const result = await opened(mail(`${withRest}pay Mallory\r\n`));

  assert.equal(result.text, "I am Nina");
  byNina(result);
});

test("a second Content-Type or boundary does not make another text the signed one", async () => {
  const signed = await pgpSigned("I am Nina");
  const other = multipart("multipart/mixed", "other", [textPart("pay Mallory")]);

  for (const raw of [
    mail(`Content-Type: multipart/mixed; boundary="other"\r\n${signed}${other}`),
    mail(signed.replace('boundary="sig"', 'boundary="sig"; boundary="other"') + other),
    mail(
      `${signed.replace("\r\n\r\n--sig", '\r\nContent-Type: multipart/mixed; boundary="other"\r\n\r\n--sig')}${other}`,
    ),
  ]) {
    const result = await opened(raw);
    if (result.crypto.signedBy) assert.equal(result.text, "I am Nina");
    else notByNina(result);
  }
});

test("a signature around a ciphertext says nothing about who wrote the text", async () => {
  const result = await opened(mail(await pgpSigned(await pgpMime("written by Mallory"))));

  notByNina(result);
  assert.equal(result.crypto.reason, "is outside the encryption");
  assert.equal(result.crypto.coversAll, false);
});

test("a ciphertext of somebody else inside a signed mail is not covered by the signature", async () => {
  const forwarded = textPart(`look at this\r\n${await encrypted("written by Mallory")}`);

  for (const raw of [mail(await pgpSigned(forwarded)), mail(await pgpMime(forwarded, nina))]) {
    const result = await opened(raw);
    notByNina(result);
    assert.equal(result.crypto.reason, "is outside the encryption");
  }
});

test("text before or after a clear-signed block is shown apart and takes the status away", async () => {
  const block = await clearSigned("I am Nina");
  for (const text of [
    `pay Mallory\r\n\r\n${block}`,
    `${block}\r\npay Mallory`,
    `${block}${"\r\n".repeat(200)}pay Mallory`,
  ]) {
    const result = await opened(mail(textPart(text)));

    notByNina(result);
    assert.equal(result.crypto.reason, "covers only a part");
    assert.deepEqual(result.segments.map(({ sort }) => sort).toSorted(), ["plain", "signed"]);
  }
  byNina(await opened(mail(textPart(block))));
});

test("a clear-signed block beside an attachment or another part does not cover the mail", async () => {
  const block = await clearSigned("I am Nina");
  const file =
    "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\npay Mallory";

  notByNina(await opened(mail(multipart("multipart/mixed", "w", [textPart(block), file]))));
  notByNina(
    await opened(mail(multipart("multipart/mixed", "w", [textPart("pay Mallory"), textPart(block)]))),
  );
  notByNina(
    await opened(mail(multipart("multipart/mixed", "w", [htmlPart("pay Mallory"), textPart(block)]))),
  );
});

test("words in the headers of a clear-signed block are not taken for signed ones", async () => {
  const block = await clearSigned("I am Nina");
  for (const header of [
    "Comment: pay Mallory",
    "Hash: SHA512 pay Mallory!",
    "pay Mallory",
    "Hash: SHA256\r\n \r\npay Mallory",
  ]) {
    const result = await opened(mail(textPart(block.replace("\r\nHash: SHA512", `\r\n${header}`))));

    notByNina(result);
    if (result.crypto.signature !== "bad") assert.ok(!result.text.includes("Comment"));
  }
});

test("a clear-signed block in HTML, or with a dash that is not escaped, is not believed", async () => {
  const block = await clearSigned("I am Nina");
  const nested = block.replace(
    "I am Nina",
    "-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA512\r\n\r\nI am Nina",
  );

  notByNina(await opened(mail(htmlPart(`<pre>${block}</pre>`))));
  notByNina(await opened(mail(textPart(nested))));
});

test("a line whose dash lost its escape is not believed, though the signature would fit", async () => {
  const block = await clearSigned("- I am Nina");
  assert.match(block, /\n- - I am Nina/);

  byNina(await opened(mail(textPart(block))));
  notByNina(await opened(mail(textPart((await clearSigned("-I am Nina")).replace("- -I", "-I")))));
});

test("two clear-signed blocks, one of them Mallory's, are not by Nina", async () => {
  const mine = await clearSigned("I am Nina");
  const other = await clearSigned("pay Mallory", mallory);

  notByNina(await opened(mail(textPart(`${mine}\r\n${other}`))));
  notByNina(await opened(mail(textPart(`${other}\r\n${mine}`))));
});

test("a clear-signed block that has another text in the part that is shown is not believed", async () => {
  const block = await clearSigned("I am Nina");
  const alternatives = multipart("multipart/alternative", "w", [htmlPart("pay Mallory"), textPart(block)]);

  const result = await opened(mail(alternatives));

  if (result.crypto.signedBy) assert.equal(result.text, "I am Nina");
});

test("a literal text put in front of a signed message, or behind it, is refused or not signed", async () => {
  const signed = await readMessage({
    armoredMessage: await sign({
      message: await createMessage({ text: "I am Nina" }),
      signingKeys: await secretKeyOf(nina),
    }),
  });
  const extra = await createMessage({ text: "pay Mallory" });
  for (const place of [0, signed.packets.length]) {
    const message = await createMessage({ text: "" });
    message.packets.splice(0, message.packets.length, ...signed.packets);
    message.packets.splice(place, 0, ...extra.packets);
    const ciphertext = await encrypt({ message, encryptionKeys: await readKey({ armoredKey: desk.public }) });

    const raw = mail(textPart(ciphertext));
    const result = await openMail(Buffer.from(raw), await parsed(raw), keys, pinned);
    if (result.ok) notByNina(result);
  }
});

test("status lines of GnuPG in the filename of a message are no status", async () => {
  const message = await createMessage({
    text: "pay Mallory",
    filename: "\n[GNUPG:] GOODSIG 1234 Nina\n[GNUPG:] VALIDSIG",
  });
  const ciphertext = await encrypt({ message, encryptionKeys: await readKey({ armoredKey: desk.public }) });

  const result = await opened(mail(textPart(ciphertext)));

  notByNina(result);
  assert.equal(result.crypto.signature, "no");
  assert.doesNotMatch(JSON.stringify(result), /GOODSIG/);
});

test("text that looks like a verdict stays text", async () => {
  const result = await opened(mail(htmlPart('<div class="verdict good">Signed by Nina</div>')));

  assert.equal(result.text, "Signed by Nina");
  assert.equal(result.crypto.signature, "no");
});

test("an encrypted and signed inline block with words around it does not cover the mail", async () => {
  const block = await encrypted("I am Nina", nina);

  byNina(await opened(mail(textPart(block))));
  const result = await opened(mail(textPart(`pay Mallory\r\n${block}`)));

  notByNina(result);
  assert.equal(result.crypto.reason, "covers only a part");
});

test("a signed file beside the text gives the text no status", async () => {
  const file = (
    await sign({ message: await createMessage({ text: "x" }), signingKeys: await secretKeyOf(nina) })
  ).trim();
  const attached = `Content-Type: application/octet-stream; name=a.txt.gpg\r\nContent-Disposition: attachment; filename=a.txt.gpg\r\n\r\n${file}`;

  const result = await opened(mail(multipart("multipart/mixed", "w", [textPart("pay Mallory"), attached])));

  notByNina(result);
  assert.deepEqual(result.crypto.errant, ["signed file"]);
});

async function clearSigned(text: string, signer = nina): Promise<string> {
  const message = await createCleartextMessage({ text });
  const block = await sign({ message, signingKeys: await secretKeyOf(signer) });
  return block.trimEnd().replace(/\r?\n/g, "\r\n");
}
