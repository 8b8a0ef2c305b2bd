import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { showsCryptography } from "#src/mime/shows-cryptography.ts";
import { limit } from "#test/support/limits.ts";
import { parsed } from "./fixture.ts";
import { mailWith, peoplesMails } from "./robot-mails.ts";

const mails = new URL("../fixtures/mails/", import.meta.url);
const shows = async (raw: Buffer | string) => await showsCryptography(Buffer.from(raw), await parsed(raw));

const ofCorpus = readdirSync(new URL("corpus/", mails)).filter((name) => name.endsWith(".eml"));
const ofFaults = readdirSync(new URL("faults/", mails)).filter((name) =>
  /(armor|pgp|encrypted|smime|key|ciphertexts).*\.eml$/.test(name),
);
const others = [
  "ciphertext-attached-as-file.eml",
  "inline-pgp-cut-in-the-middle.eml",
  "inline-pgp-with-text-around.eml",
  "pgp-mime-turned-into-mixed.eml",
  "pgp-mime-with-list-footer.eml",
  "whisperback-french-base64-inside.eml",
];
test("every mail of the corpus that is encrypted or signed shows it", async () => {
  assert.ok(ofCorpus.length > 80);
  assert.ok(ofFaults.length > 15);
  const all = [
    ...ofCorpus.map((file) => `corpus/${file}`),
    ...ofFaults.map((file) => `faults/${file}`),
    ...others,
  ];
  for (const name of all) assert.equal(await shows(readFileSync(new URL(name, mails))), true, name);
});

test("it stays so when the mail is cut in half, or a bit of many of its bytes is turned", async () => {
  const raw = readFileSync(new URL("corpus/mime-by-gpg.eml", mails));
  const flipped = raw.map((byte, at) => (at < raw.length - 400 || at % 3 > 0 ? byte : byte ^ 1));

  assert.equal(await shows(raw.subarray(0, raw.length / 2)), true);
  assert.equal(await shows(Buffer.from(flipped)), true);
});

const armor = "-----BEGIN PGP MESSAGE-----\n\nwcBMA+o16tKwGkSAAQgAg16Y\n-----END PGP MESSAGE-----\n";
const part = (headers: string, body: string) =>
  mailWith(
    'Content-Type: multipart/mixed; boundary="m"',
    `--m\n\nHello\n--m\n${headers}\n\n${body}\n--m--\n`,
  );
const wrapped = (bytes: Buffer | string) => Buffer.from(bytes).toString("base64").replace(/.{76}/g, "$&\n");
const cms = Buffer.from("308006092a864886f70d010703a0803080020100", "hex");
const binary = Buffer.from("c1c04c03ea35ead2b01a448001080083".padEnd(1100, "a7"), "hex");

const forms: [string, string][] = [
  ["armour in the text", mailWith("", armor)],
  ["armour that is indented", mailWith("", armor.replaceAll(/^/gm, "    "))],
  ["armour that is quoted", mailWith("", armor.replaceAll(/^/gm, "> "))],
  [
    "armour with hard blanks",
    mailWith("Content-Type: text/plain; charset=utf-8", armor.replaceAll(" ", "\u00a0")),
  ],
  [
    "armour in HTML",
    mailWith("Content-Type: text/html", `<p>${armor.replaceAll(" ", "&nbsp;").replaceAll("\n", "<br>")}`),
  ],
  ["armour in base64", mailWith("Content-Transfer-Encoding: base64", wrapped(armor))],
  [
    "armour behind other text in base64",
    mailWith("Content-Transfer-Encoding: base64", wrapped(`Hi, see below\n${armor}`)),
  ],
  [
    "armour in UTF-16",
    part(
      "Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64",
      wrapped(Buffer.from(armor, "utf16le")),
    ),
  ],
  ["armour in an attached mail", part("Content-Type: message/rfc822", `Subject: a\n\n${armor}`)],
  [
    "a binary ciphertext in a file of any name",
    part(
      "Content-Type: application/octet-stream; name=a.bin\nContent-Transfer-Encoding: base64",
      wrapped(binary),
    ),
  ],
  [
    "a binary ciphertext in an attached mail",
    part(
      "Content-Type: message/rfc822",
      part("Content-Type: image/png; name=a.png\nContent-Transfer-Encoding: base64", wrapped(binary))
        .replaceAll("--m", "--n")
        .replace('"m"', '"n"'),
    ),
  ],
  [
    "an encrypted mail of S/MIME",
    mailWith("Content-Type: application/pkcs7-mime; smime-type=enveloped-data", wrapped(cms)),
  ],
  [
    "an S/MIME file without its label",
    part("Content-Type: application/octet-stream; name=a\nContent-Transfer-Encoding: base64", wrapped(cms)),
  ],
  ["a signature of S/MIME", part("Content-Type: application/x-pkcs7-signature; name=smime.p7s", "MIAG")],
  ["a key", mailWith("", armor.replaceAll("MESSAGE", "PUBLIC KEY BLOCK"))],
  [
    "a file of Outlook, which may hold either",
    part("Content-Type: application/ms-tnef; name=winmail.dat", "eJ8+"),
  ],
];
for (const [form, raw] of forms) {
  test(`finds ${form}`, async () => {
    assert.equal(await shows(raw), true);
  });
}

test("a mail without any shows none, whatever else it carries", async () => {
  const plain = [mailWith(""), ...Object.values(peoplesMails).map((headers) => mailWith(headers))];
  const files = part(
    "Content-Type: image/jpeg; name=a.jpg\nContent-Transfer-Encoding: base64",
    wrapped(Buffer.alloc(900, 7)),
  );

  for (const raw of [...plain, files]) assert.equal(await shows(raw), false, raw);
  for (const name of ["html-only.eml", "latin1-without-charset.eml", "hostile-filenames.eml"])
    assert.equal(await shows(readFileSync(new URL(name, mails))), false, name);
});

test("searches 20 MB of almost armour", { timeout: limit(20) }, async () => {
  const raw = Buffer.from(mailWith("", "begin begin=20&nbsp;<<begin< pg\n".repeat(600_000)));
  const mail = await parsed(raw);

  for (let time = 0; time < 5; time += 1) assert.equal(await showsCryptography(raw, mail), false);
});
