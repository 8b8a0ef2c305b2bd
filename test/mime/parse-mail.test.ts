import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseMail } from "#src/mime/parse-mail.ts";
import { parsed, parsedFixture } from "./fixture.ts";

test("reads the headers of an ordinary mail", async () => {
  const mail = await parsed(
    [
      "From: =?utf-8?q?L=C3=A9a?= Example <Lea@EXAMPLE.org>",
      "To: Desk <desk@example.org>, Friends: a@example.org, b@example.org;",
      "Subject: =?utf-8?b?w4ljcmFu?= =?utf-8?b?IG5vaXI=?=",
      "Message-ID: <m3@example.org>",
      "In-Reply-To: <m2@example.org>",
      "References: <m1@example.org>",
      " <m2@example.org>",
      "Date: Sat, 21 Nov 2026 10:00:00 +0100 (CET)",
      "",
      "Bonjour",
    ].join("\r\n"),
  );

  assert.deepEqual(mail.from, [{ name: "Léa Example", address: "Lea@example.org" }]);
  assert.deepEqual(
    mail.to.map((to) => to.address),
    ["desk@example.org", "a@example.org", "b@example.org"],
  );
  assert.equal(mail.subject, "Écran noir");
  assert.equal(mail.messageId, "<m3@example.org>");
  assert.deepEqual(mail.inReplyTo, ["<m2@example.org>"]);
  assert.deepEqual(mail.references, ["<m1@example.org>", "<m2@example.org>"]);
  assert.equal(mail.date?.toISOString(), "2026-11-21T09:00:00.000Z");
  assert.equal(mail.text, "Bonjour");
  assert.deepEqual(mail.warnings, []);
  assert.equal(mail.headers[5]?.value, "<m1@example.org> <m2@example.org>");
});

test("turns HTML alone into text, without its scripts and the sources of its pictures", async () => {
  const mail = await parsedFixture("html-only.eml");

  assert.match(mail.text, /^Hello\n/);
  assert.match(mail.text, /My Wi-Fi does & does not work, café\./);
  assert.doesNotMatch(mail.text, /tracker|alert|color/);
});

test("shows an HTML body beside a footer in plain text", async () => {
  const mail = await parsedFixture("html-body-with-text-footer.eml");

  assert.match(mail.text, /The message itself is HTML\.\nA footer in plain text\./);
});

test("takes the HTML of alternatives when the plain text is empty", async () => {
  const mail = await parsedFixture("alternative-with-empty-text.eml");

  assert.equal(mail.text, "Only here.");
});

test("takes the first of two From and Subject headers and warns", async () => {
  const mail = await parsedFixture("two-from-two-subject-bad-date.eml");

  assert.deepEqual(mail.from, [{ name: "First", address: "first@example.org" }]);
  assert.equal(mail.subject, "one");
  assert.equal(mail.date, null);
  assert.deepEqual(mail.warnings, [
    "more than one From header, the first is taken",
    "more than one Subject header, the first is taken",
    "unreadable Date",
  ]);
});

test("reads a mail without Date and From", async () => {
  const mail = await parsedFixture("no-date-no-from.eml");

  assert.equal(mail.date, null);
  assert.deepEqual(mail.from, []);
  assert.equal(mail.text, "Hello\n");
});

test("keeps the words of a multipart without a boundary", async () => {
  const mail = await parsedFixture("multipart-without-boundary.eml");

  assert.equal(mail.text, "The words must not get lost.\n");
  assert.equal(mail.warnings.length, 1);
});

test("makes hostile filenames safe", async () => {
  const mail = await parsedFixture("hostile-filenames.eml");

  assert.deepEqual(
    mail.attachments.map((one) => one.filename),
    ["passwd", "evil.exe", "invoicefdp.exe", "unnamed"],
  );
});

test("keeps a mail inside a mail as one attachment", async () => {
  const mail = await parsedFixture("message-inside-message.eml");

  assert.equal(mail.subject, "Fwd");
  assert.equal(mail.text, "See the mail below.");
  assert.deepEqual(
    mail.attachments.map((one) => one.filename),
    ["message.eml"],
  );
  assert.match(Buffer.from(mail.attachments[0]?.bytes ?? []).toString(), /Inner text/);
});

test("reads Latin-1 in body and raw header", async () => {
  const mail = await parsedFixture("latin1-without-charset.eml");

  assert.equal(mail.subject, "café");
  assert.equal(mail.text, "Jérôme\n");
});

test("removes NUL from text, headers and filenames, not from attachments", async () => {
  const mail = await parsedFixture("nul-bytes-everywhere.eml");

  const { attachments, ...words } = mail;
  assert.doesNotMatch(JSON.stringify({ words, names: attachments.map((one) => one.filename) }), /\\u0000/);
  assert.equal(mail.subject, "ab");
  assert.equal(mail.text, "text");
  assert.deepEqual([...(attachments[0]?.bytes ?? [])], [0, 1, 2]);
});

test("never makes an address out of an encoded word", async () => {
  const mail = await parsed(
    "From: =?utf-8?q?evil=40example.org?=@example.net\nTo: <=?utf-8?q?a=40b.c?=>\n\nx",
  );

  assert.deepEqual(mail.from, []);
  assert.deepEqual(mail.to, []);
});

test("never throws, whatever the bytes are", async () => {
  const bytes = fc.uint8Array({ maxLength: 2000 });
  const fragments = fc
    .array(
      fc.constantFrom(
        "From: ",
        "To: a@b.c\r\n",
        "Subject: =?utf-8?b?",
        "?=",
        "\r\n",
        "\n\n",
        "--b",
        "--b--",
        "--b\n",
        "\0",
        "\xff\xfe",
        "<",
        ">",
        "Content-Type: multipart/mixed; boundary=b\n",
        "Content-Type: text/html\n",
        "Content-Type: message/rfc822\n",
        "Content-Type: text/plain; charset=utf-7; format=flowed\n",
        "Content-Transfer-Encoding: base64\n",
        "Content-Transfer-Encoding: quoted-printable\n",
        "Content-Disposition: attachment; filename*0*=x''%00\n",
        "=3",
        " ",
      ),
      { maxLength: 60 },
    )
    .map((pieces) => Buffer.from(pieces.join(""), "latin1"));

  await fc.assert(
    fc.asyncProperty(fc.oneof(bytes, fragments), async (raw) => {
      const result = await parseMail(raw);
      if (!result.ok) return;
      assert.ok(!result.mail.text.includes("\0"));
      for (const { filename } of result.mail.attachments) assert.match(filename, /^[^/\\\p{Cc}\p{Cf}]+$/u);
    }),
    { numRuns: 300 },
  );
});

test("a multipart of a kind that has no name is taken apart all the same", async () => {
  const mail = await parsed(
    'Content-Type: multipart/*; boundary="b"\n\n--b\n\nwords\n--b\nContent-Type: image/png; name="p.png"\n\npixels\n--b--\n',
  );

  assert.equal(mail.text.trim(), "words");
  assert.deepEqual(
    mail.attachments.map(({ filename }) => filename),
    ["p.png"],
  );
});

test("a space in front of the very first header field costs none of them", async () => {
  const mail = await parsed(" From: Lea <lea@example.org>\nSubject: grey screen\n\nwords\n");

  assert.equal(mail.subject, "grey screen");
  assert.equal(mail.from[0]?.address, "lea@example.org");
  assert.equal(mail.text.trim(), "words");
});

test("a letter that was damaged in the only line of base64 costs no file, and words that are labelled so stay words", async () => {
  const head =
    'Content-Type: application/octet-stream; name="some.doc"\nContent-Transfer-Encoding: base64\n\n';
  const damaged = await parsed(`${head}PGh0*bWw+Cg==\n`);
  const words = await parsed(`${head}... half of the encoded data goes here ...\n`);

  assert.equal(Buffer.from(damaged.attachments[0]?.bytes ?? []).toString(), "<html>\n");
  assert.match(Buffer.from(words.attachments[0]?.bytes ?? []).toString(), /half of the encoded data/);
});
