import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readMail } from "#src/inbox/read-mail.ts";
import { findUnread } from "#src/mime/find-unread.ts";
import { readTree } from "#src/mime/mime-tree.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { deskAddress, deskSecretKey, fixtures, plainMail } from "#test/support/intake.ts";
import { limit } from "#test/support/limits.ts";

const keys = await openSecretKeys([deskSecretKey]);
const notReadIn = async (raw: Buffer | string) => {
  const reading = await readMail(Buffer.from(raw), keys, deskAddress);
  return reading.ok ? reading.notRead : [reading.reason];
};

const fingerprint = "A490 D0F4 D311 A415 3E2B  B7CA DBB8 02B2 58AC D84F";
const said: Record<string, string> = {
  "a head in the middle of a sentence":
    "My gpg does not work, I get -----BEGIN PGP MESSAGE----- and nothing else.",
  "a head at the end of a line":
    "When I open the mail of my lawyer I only see\n-----BEGIN PGP MESSAGE-----\n\nWhat shall I do?",
  "a head and its end without anything between them":
    "It begins with -----BEGIN PGP MESSAGE----- and ends with -----END PGP MESSAGE-----, is that right?",
  "a head in small letters": "what does begin pgp message mean? and begin pgp public key block?",
  "the words of a manual":
    "Paste the text from BEGIN PGP PUBLIC KEY BLOCK\nto END PGP PUBLIC KEY BLOCK\ninto the window of Kleopatra.",
  "what gpg says of a download": `gpg: Signature made Mon 02 Nov 2026 10:00:00 UTC\ngpg:                using RSA key ${fingerprint.replaceAll(" ", "")}\ngpg: Good signature from "Tails developers <tails@example.org>" [unknown]\ngpg: WARNING: This key is not certified with a trusted signature!\nPrimary key fingerprint: ${fingerprint}`,
  "what gpg lists": `pub   rsa4096 2015-01-18 [C] [expires: 2027-01-01]\n      ${fingerprint.replaceAll(" ", "")}\nuid   [unknown] Tails developers <tails@example.org>`,
  "a log of apt":
    "W: GPG error: http://deb.example.org bookworm InRelease: The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 0E98404D386FA1D9 NO_PUBKEY 6ED0E7B82643E131\nNov 02 10:00:00 amnesia apt-key[1]: 6D33866EDD8FFA41C0143AEDDCC9EFBF77E11517",
  "links to where keys lie": `I took the key from https://keys.openpgp.org/vks/v1/by-fingerprint/${fingerprint.replaceAll(" ", "")} as your page says.`,
  "a serial number in a signature":
    "It does not start.\n-- \nMia Example\nSerial 5CD4 4738 L1, sha1 of the image: da39a3ee5e6b4b0d3255bfef95601890afd80709",
  "a quoted signature of somebody else": `Thanks!\n> -- \n> Desk\n> PGP: ${fingerprint}`,
  "base64 of a picture": `See here:\n${Buffer.from(
    Array.from({ length: 3000 }, (_, at) => (at * 91 + 7) % 256),
  )
    .toString("base64")
    .replace(/.{76}/g, "$&\n")}`,
  "a certificate": `-----BEGIN CERTIFICATE-----\n${Buffer.from(
    `0\x82\x03\x00${"\x02\x01\x05abc".repeat(120)}`,
    "latin1",
  )
    .toString("base64")
    .replace(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----`,
  "a key of SSH": `ssh-rsa ${Buffer.from(Array.from({ length: 279 }, (_, at) => (at * 57 + 3) % 256)).toString("base64")} mia@amnesia`,
  // "Where is my key, and how do I encrypt?", as people ask it who use neither yet.
  English:
    "I lost the key of my Persistent Storage. How do I encrypt a mail with OpenPGP, and where is my public key?",
  French:
    "J'ai perdu la clé de mon stockage persistant. Comment chiffrer un courriel avec OpenPGP, où est ma clé publique ?",
  German:
    "Mein Schlüssel ist weg. Wie verschlüssele ich mit OpenPGP, und wo finde ich den Fingerabdruck meines Schlüssels?",
  Spanish:
    "Perdí la clave de mi almacenamiento. ¿Cómo cifro un correo con OpenPGP y dónde está mi huella digital?",
  Italian:
    "Ho perso la chiave. Come posso cifrare un messaggio con OpenPGP e dov'è l'impronta della mia chiave pubblica?",
  Portuguese:
    "Perdi a chave. Como cifro uma mensagem com OpenPGP e onde está a impressão digital da minha chave pública?",
  Russian: "Я потерял ключ. Как зашифровать письмо с OpenPGP и где отпечаток моего открытого ключа?",
  Persian: "کلیدم را گم کرده‌ام. چگونه با OpenPGP رمزگذاری کنم و اثر انگشت کلید عمومی من کجاست؟",
  Arabic: "فقدت المفتاح. كيف أشفر رسالة باستخدام OpenPGP وأين بصمة مفتاحي العام؟",
  Chinese: "我丢失了密钥。如何用 OpenPGP 加密邮件？我的公钥指纹在哪里？",
  Turkish: "Anahtarımı kaybettim. OpenPGP ile nasıl şifrelerim ve açık anahtarımın parmak izi nerede?",
  Polish:
    "Zgubiłem klucz. Jak zaszyfrować list za pomocą OpenPGP i gdzie jest odcisk mojego klucza publicznego?",
};

for (const [what, text] of Object.entries(said)) {
  test(`is no mark of somebody who encrypts: ${what}`, async () => {
    const headers = ["Content-Type: text/plain; charset=utf-8"];

    assert.deepEqual(await notReadIn(plainMail({ headers, text: text.replaceAll("\n", "\r\n") })), []);
    const html = `<html><body><p>${text.replaceAll("\n", "<br>\r\n")}</p></body></html>`;
    assert.deepEqual(
      await notReadIn(plainMail({ headers: ["Content-Type: text/html; charset=utf-8"], text: html })),
      [],
    );
  });
}

test("a mail that is only signed is no mark, in whatever way", async () => {
  const signed = readdirSync(join(fixtures, "mails/corpus")).filter((name) =>
    /^(signed|clear-signed)-by/.test(name),
  );
  assert.ok(signed.length >= 9);

  for (const name of signed)
    assert.deepEqual(await notReadIn(readFileSync(join(fixtures, "mails/corpus", name))), [], name);
});

test("reports are marked by their key field alone", async () => {
  const folder = join(fixtures, "whisperback");
  const texts = readdirSync(folder).filter((name) => name.endsWith(".txt"));
  assert.ok(texts.length >= 7);
  for (const name of texts) {
    const text = readFileSync(join(folder, name), "utf8");
    const notRead = await notReadIn(
      plainMail({ headers: ["Content-Type: text/plain; charset=utf-8"], text }),
    );
    const isNamed = /email-(fingerprint|keyurl)/.test(name);
    assert.equal(notRead.length, isNamed ? 1 : 0, `${name} ${JSON.stringify(notRead)}`);
  }
});

const almost: Record<string, string> = {
  heads: "-----BEGIN PGP MESSAGE-----\n",
  "heads that do not end": "BEGIN                 \u00a0",
  tags: "BEGIN<aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
  "beginnings of session keys": `hQEMA${"A".repeat(60)}\n`,
  "one line": "hQEMA4567890aBcD",
  "heads in base64": "QkVHSU4gUEdQ\n",
  "signatures of mails": "-- \r\n",
  "groups of digits": "ABCD ",
};
test("takes linear time for twenty million letters of what almost is something", {
  timeout: limit(60),
}, () => {
  for (const [what, piece] of Object.entries(almost)) {
    const raw = plainMail({ text: piece.repeat(20_000_000 / piece.length) });

    assert.deepEqual(findUnread(readTree(Buffer.from(raw))), [], what);
  }
});
