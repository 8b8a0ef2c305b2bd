import assert from "node:assert/strict";
import { test } from "node:test";
import { readMail } from "#src/inbox/read-mail.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { limit } from "#test/support/limits.ts";
import { desk, encrypted, mail, multipart, textPart } from "./crypto-mails.ts";

const keys = await openSecretKeys([desk.secret]);
const ordinary =
  "From: Nina <nina@example.org>\r\nSubject: Tor does not start\r\nMessage-ID: <one@example.org>\r\n" +
  "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
  "--b\r\nContent-Type: text/plain\r\n\r\nIt says nothing.\r\n" +
  "--b\r\nContent-Type: application/octet-stream; name=a.bin\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC/w==\r\n--b--\r\n";
const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, "utf16le");

const odd: [what: string, raw: Buffer][] = [
  ["an empty first line", Buffer.from(`\r\n${ordinary}`)],
  ["several empty first lines", Buffer.from(`\n \n\t\r\n${ordinary}`)],
  [
    "a line of a mailbox file in front",
    Buffer.from(`From nina@example.org Tue Dec  1 12:00:00 2026\n${ordinary}`),
  ],
  [
    "an empty line and the line of a mailbox file",
    Buffer.from(`\nFrom nina Tue Dec  1 12:00:00 2026\n${ordinary}`),
  ],
  [
    "a quoted line of a mailbox file",
    Buffer.from(`>From nina@example.org Tue Dec  1 12:00:00 2026\r\n${ordinary}`),
  ],
  ["carriage returns alone", Buffer.from(ordinary.replaceAll("\r\n", "\r"))],
  [
    "carriage returns alone, and a line end of the server",
    Buffer.from(`${ordinary.replaceAll("\r\n", "\r")}\r\n`),
  ],
  ["line feeds alone", Buffer.from(ordinary.replaceAll("\r\n", "\n"))],
  ["a byte order mark", Buffer.from(`\ufeff${ordinary}`)],
  ["a byte order mark and an empty line", Buffer.from(`\ufeff\r\n${ordinary}`)],
  ["UTF-16", utf16(ordinary)],
  ["UTF-16 with the high byte first", utf16(ordinary).swap16()],
  ["NUL in front", Buffer.from(`\0\0${ordinary}`)],
  [
    "NUL in the header",
    Buffer.from(ordinary.replace("Subject: Tor", "Sub\0ject: T\0or").replace("Nina", "Ni\0na")),
  ],
  [
    "NUL at the end of each line of the header",
    Buffer.from(ordinary.replace(/^(\S+: .*)\r\n/gm, "$1\0\r\n")),
  ],
];

for (const [what, raw] of odd) {
  test(`a mail with ${what} is read as the same without`, async () => {
    const reading = await readMail(raw, keys, "desk@example.org");

    assert.ok(reading.ok, JSON.stringify(reading));
    assert.deepEqual(reading.from, { name: "Nina", address: "nina@example.org" });
    assert.equal(reading.subject, "Tor does not start");
    assert.equal(reading.messageId, "<one@example.org>");
    assert.match(reading.text, /^It says nothing\.\n?$/);
    assert.deepEqual(
      reading.attachments.map(({ filename, bytes }) => [filename, Buffer.from(bytes).toString("hex")]),
      [["a.bin", "000102ff"]],
    );
  });
}

test("NUL in words stays out of what is stored, and takes no letter with it", async () => {
  const raw = "From: nina@example.org\r\n\r\nbef\0ore\0\0 and after\r\n";

  const reading = await readMail(Buffer.from(raw), keys, "desk@example.org");

  assert.ok(reading.ok);
  assert.equal(reading.text.trim(), "before and after");
});

test("words that begin with an empty line and hold a colon are no header", async () => {
  const raw = "\r\nHello: this is what I see\r\nand no more\r\n";

  const reading = await readMail(Buffer.from(raw), keys, "desk@example.org");

  assert.ok(reading.ok);
  assert.equal(reading.text.trim(), "Hello: this is what I see\nand no more");
});

const chain = (fields: number, bytes: number) =>
  Array.from({ length: fields }, (_, n) => `X-Hop-${n}: ${"h".repeat(bytes)}\r\n`).join("");

test("a header with long chains of fields below 64 kB is read as before", async () => {
  const reading = await readMail(Buffer.from(chain(120, 500) + ordinary), keys, "desk@example.org");

  assert.ok(reading.ok);
  assert.equal(reading.subject, "Tor does not start");
  assert.deepEqual(reading.warnings, []);
});

const mark = "X-Mark: 5f3c-planted";
const [tooLong, tooMany] = [`${chain(1, 70_000)}${mark}\r\n`, `${chain(1001, 3)}${mark}\r\n`];

for (const [what, beyond] of [
  ["longer than 64 kB", tooLong],
  ["of more than 1,000 fields", tooMany],
] as const) {
  for (const [where, make] of placesOfHeader(beyond)) {
    test(`a header ${what} ${where}: the rest is a file, and said`, async () => {
      const reading = await readMail(Buffer.from(await make()), keys, "desk@example.org");

      assert.ok(reading.ok, JSON.stringify(reading));
      const rest = reading.attachments.filter(({ filename }) => filename === "rest-of-headers.txt");
      assert.equal(rest.length, 1);
      assert.equal(
        Buffer.from(rest[0]?.bytes ?? [])
          .toString()
          .split(mark).length,
        2,
      );
      assert.ok(reading.warnings.some((warning) => warning.includes("longer than 64 kB")));
      assert.match(reading.text, /what I see/);
    });
  }
}

function placesOfHeader(beyond: string): [string, () => Promise<string> | string][] {
  const words = "Content-Type: text/plain\r\n\r\nwhat I see\r\n";
  const attached = `From: a@example.org\r\nSubject: s\r\nDate: Tue, 1 Dec 2026 12:00:00 +0000\r\n${beyond}${words}`;
  const part = `Content-Type: text/plain\r\n${beyond}\r\nwhat I see\r\n`;
  const wrapped = multipart("multipart/mixed", "b", [
    textPart("what I see"),
    `Content-Type: message/rfc822\r\n\r\n${attached}`,
  ]);
  const pgpMime = (inner: string) =>
    multipart('multipart/encrypted; protocol="application/pgp-encrypted"', "e", [
      "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1",
      `Content-Type: application/octet-stream\r\n\r\n${inner}`,
    ]);
  return [
    ["of the mail", () => mail(words, ["From: nina@example.org", ...beyond.trim().split("\r\n")])],
    ["of a part", () => mail(multipart("multipart/mixed", "b", [part]))],
    ["of an attached mail", () => mail(wrapped)],
    ["inside the encryption", async () => mail(pgpMime(await encrypted(part)))],
    ["of an attached mail inside the encryption", async () => mail(pgpMime(await encrypted(wrapped)))],
    [
      "around the encryption",
      async () =>
        mail(pgpMime(await encrypted(words)), ["From: nina@example.org", ...beyond.trim().split("\r\n")]),
    ],
  ];
}

test("attached mails inside attached mails have one budget: what is beyond it is kept as a file", {
  timeout: limit(60),
}, async () => {
  const parts = (count: number) => multipart("multipart/mixed", "p", Array(count).fill(textPart("x")));
  const attached = `Content-Type: message/rfc822\r\n\r\nFrom: a@example.org\r\nSubject: s\r\nTo: b@example.org\r\n${parts(900)}`;
  const raw = mail(multipart("multipart/mixed", "b", [textPart("what I see"), ...Array(6).fill(attached)]));

  const reading = await readMail(Buffer.from(raw), keys, "desk@example.org");

  assert.ok(reading.ok);
  assert.match(reading.text, /what I see/);
  const unread = reading.warnings.filter((warning) => warning.includes("was not read inside"));
  assert.ok(unread.length > 0, reading.warnings.join("\n"));
  assert.equal(reading.attachments.filter(({ contentType }) => contentType === "message/rfc822").length, 6);
});
