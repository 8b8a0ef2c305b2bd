import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { composeClear, composeEncrypted, type Outgoing } from "#src/mime/compose-mail.ts";
import { findPgp } from "#src/mime/find-pgp.ts";
import { headerValues } from "#src/mime/read-headers.ts";
import { decrypt } from "#src/openpgp/decrypt.ts";
import { generateSecretKey } from "#src/openpgp/generate-secret-key.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { parsed } from "./fixture.ts";

const desk = await generateSecretKey("Desk", "desk@example.org");
const lea = await generateSecretKey("Lea", "lea@example.org");
const deskKeys = await openSecretKeys([desk.secret]);
const leaKeys = await openSecretKeys([lea.secret]);

const answer: Outgoing = {
  from: { name: "Help desk", address: "desk@example.org" },
  to: { name: "Léa", address: "lea@example.org" },
  subject: "Re: Écran noir",
  text: "Bonjour,\n\nessayez ceci.\n-- \nLe bureau",
  messageId: "<answer-1@example.org>",
  inReplyTo: "<question-1@example.org>",
  references: ["<question-1@example.org>"],
  date: new Date("2026-11-21T10:00:00Z"),
  language: "fr",
  attachments: [],
};

test("composes a clear mail that reads back", async () => {
  const mail = await parsed(await composeClear(answer));

  assert.equal(mail.text, answer.text);
  assert.equal(mail.subject, answer.subject);
  assert.deepEqual(mail.from, [answer.from]);
  assert.deepEqual(mail.to, [answer.to]);
  assert.deepEqual(mail.date, answer.date);
  assert.equal(mail.messageId, answer.messageId);
  assert.deepEqual(mail.inReplyTo, [answer.inReplyTo]);
  assert.deepEqual(headerValues(mail.headers, "content-language"), ["fr"]);
  assert.deepEqual(mail.warnings, []);
});

test("attaches files, their names made safe", async () => {
  const attachments = [
    { filename: "../clé.asc", contentType: "application/pgp-keys", bytes: Buffer.from(desk.public) },
  ];

  const mail = await parsed(await composeClear({ ...answer, attachments }));

  assert.equal(mail.text, answer.text);
  assert.equal(mail.attachments[0]?.filename, "clé.asc");
  assert.deepEqual(Buffer.from(mail.attachments[0]?.bytes ?? []).toString(), desk.public);
});

test("uses CRLF alone and names no product, program or host", async () => {
  const clear = Buffer.from(
    await composeClear({
      ...answer,
      attachments: [{ filename: "a", contentType: "a/b", bytes: Buffer.from("x") }],
    }),
  );
  const encrypted = Buffer.from(await composeEncrypted(answer, [lea.public], deskKeys));

  for (const raw of [clear.toString(), encrypted.toString()]) {
    assert.doesNotMatch(raw, /[^\r]\n|\r[^\n]/);
    assert.doesNotMatch(raw, /nodemailer|_NmP|openpgp\.js|x-mailer|user-agent|whisperdesk|localhost/i);
  }
});

test("hides the subject outside and protects the headers inside", async () => {
  const raw = Buffer.from(await composeEncrypted(answer, [lea.public], deskKeys));
  const outer = await parsed(raw);

  assert.equal(outer.subject, "...");
  assert.doesNotMatch(raw.toString(), /noir|Content-Language/);
  const place = findPgp(outer);
  assert.equal(place.kind, "pgp-mime");
  const opened = await decrypt(place.ciphertext, leaKeys, [desk.public]);
  assert.ok(opened.ok);
  assert.equal(opened.signed, "good");
  const inner = await parsed(opened.bytes);
  assert.equal(inner.subject, answer.subject);
  assert.equal(inner.text, answer.text);
  assert.match(headerValues(inner.headers, "content-type")[0] ?? "", /hp=("?)cipher\1/);
  assert.deepEqual(headerValues(inner.headers, "hp-outer"), [
    "From: Help desk <desk@example.org>",
    "To: =?UTF-8?Q?L=C3=A9a?= <lea@example.org>",
    "Subject: ...",
    "Date: Sat, 21 Nov 2026 10:00:00 +0000",
    "Message-ID: <answer-1@example.org>",
    "In-Reply-To: <question-1@example.org>",
    "References: <question-1@example.org>",
  ]);
  assert.deepEqual(outer.from, inner.from);
});

test("gives short answers one size", async () => {
  const sizes = ["No.", "word ".repeat(100), "word ".repeat(300)].map(async (text) => {
    const place = findPgp(await parsed(await composeEncrypted({ ...answer, text }, [lea.public], deskKeys)));
    return place.kind === "pgp-mime" ? place.ciphertext.length : 0;
  });

  assert.equal(new Set(await Promise.all(sizes)).size, 1);
});

test("refuses an address that is none", async () => {
  const to = { name: "", address: "lea@example.org\r\nBcc: evil@example.org" };

  await assert.rejects(composeClear({ ...answer, to }), /address that is none/);
});

test("leaves out a language and ids that are none", async () => {
  const broken = {
    language: "fr Bcc",
    inReplyTo: "<a b@example.org>",
    references: ["x", "<a@example.org> <b@example.org>"],
  };

  const { headers } = await parsed(await composeClear({ ...answer, ...broken }));

  for (const name of ["content-language", "in-reply-to", "references"])
    assert.deepEqual(headerValues(headers, name), []);
});

test("refuses a key that cannot be encrypted to", async () => {
  const old = await generateSecretKey("Old", "old@example.org", {
    createdAt: new Date("2020-01-01"),
    expiresInDays: 10,
  });

  await assert.rejects(composeEncrypted(answer, [old.public], deskKeys), /expired/);
});

test("lets nothing in a name, subject, id or language begin a header", async () => {
  const evil = fc
    .array(
      fc.constantFrom(
        "\r\n",
        "\n",
        "\r",
        "Bcc: evil@example.org",
        "X-Evil: 1",
        " ",
        "<",
        ">",
        '"',
        "é",
        "\0",
        "\u2028",
        "a",
        ";",
        ",",
      ),
      { maxLength: 12 },
    )
    .map((pieces) => pieces.join(""));
  const honest = [
    "content-language",
    "content-transfer-encoding",
    "content-type",
    "date",
    "from",
    "in-reply-to",
    "message-id",
    "mime-version",
    "references",
    "subject",
    "to",
  ];

  await fc.assert(
    fc.asyncProperty(evil, evil, evil, evil, async (name, subject, id, language) => {
      const to = { name, address: "lea@example.org" };
      const mail = await parsed(
        await composeClear({
          ...answer,
          to,
          subject,
          inReplyTo: `<a@${id}>`,
          references: [`<${id}@b>`],
          language,
        }),
      );

      assert.deepEqual(
        mail.headers.map((header) => header.name).filter((header) => !honest.includes(header)),
        [],
      );
      assert.deepEqual(
        mail.to.map((one) => one.address),
        ["lea@example.org"],
      );
      assert.equal(mail.text, answer.text);
    }),
    { numRuns: 150 },
  );
});

test("gives back the same text and subject, whatever they say", async () => {
  const word = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.string({ unit: "grapheme", maxLength: 90 }),
    fc.constantFrom("From", ">", "--", "-- ", "=", "=20", ".", "\n", "\n\n", " ", "مرحبا", "你好"),
  );
  const words = fc.array(word, { maxLength: 40 }).map((all) => all.join(" "));

  await fc.assert(
    fc.asyncProperty(words, words, async (text, subject) => {
      const mail = await parsed(await composeClear({ ...answer, text, subject }));

      assert.equal(withoutLineEnds(mail.text), withoutLineEnds(text));
      assert.equal(collapsed(mail.subject), collapsed(subject).slice(0, 500).trim());
    }),
    { numRuns: 500 },
  );
});

/** Spaces at the end of a line are lost by format=flowed, marks of quoting get one behind them; control characters are not for people. */
function withoutLineEnds(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .split("\n")
    .map((line) => (line === "-- " ? line : line.replace(/^(>+) ?/, "$1 ").replace(/ +$/, "")))
    .join("\n")
    .replace(/\n+$/, "");
}

function collapsed(subject: string): string {
  return subject
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, "")
    .trim();
}
