import assert from "node:assert/strict";
import { test } from "node:test";
import { readMail } from "#src/inbox/read-mail.ts";
import type { ListOfParts } from "#src/mime/list-parts.ts";
import { keys, mail, multipart, opened, pgpMime, pgpSigned, textPart } from "./crypto-mails.ts";
import { fixture } from "./fixture.ts";

test("the copy of a header for old programs is named where it stood, and the header inside counts", async () => {
  const old = 'Content-Type: text/plain; protected-headers="v1"\r\n\r\nSubject: Secret';
  const part = multipart('multipart/mixed; protected-headers="v1"', "h", [old, textPart("the words")]);

  const { parts } = await opened(mail(await pgpMime(`From: nina@example.org\r\nSubject: Secret\r\n${part}`)));

  assert.deepEqual(told(parts).slice(5), [
    "3 multipart/mixed: parts",
    "4 header: header, it counts in place of the one outside",
    "4 text/plain: left out, it is a copy of the header",
    "4 text/plain: text",
  ]);
});

test("a mail that was wrapped is read inside, and a signature stands beside what it is about", async () => {
  const inner = `Content-Type: message/rfc822; forwarded=no\r\n\r\nFrom: nina@example.org\r\nSubject: Secret\r\n${textPart("the words")}`;

  assert.deepEqual(told((await opened(mail(await pgpSigned(inner)))).parts).slice(2), [
    "1 multipart/signed: parts",
    "2 message/rfc822: read inside",
    "3 header: header, it counts in place of the one outside",
    "3 text/plain: text",
    "2 application/pgp-signature: signature",
  ]);
});

test("what a mailing list puts around a mail is named, and a footer beside it is shown", async () => {
  const lines = `From: Lea <lea@example.org>\r\nDate: today\r\nEnc: Encrypted\r\n${"-".repeat(78)}\r\n`;
  const original = `Content-Type: message/rfc822\r\n\r\nFrom: Lea <lea@example.org>\r\n${textPart("the words")}`;
  const inner = multipart("multipart/mixed", "s", [textPart(lines), original, textPart("a footer")]);

  const list = await opened(mail(await pgpMime(inner), ["From: list@example.org"]));

  assert.equal(list.text, "the words\na footer");
  assert.deepEqual(told(list.parts).slice(6), [
    "4 text/plain: left out, these are lines of the mailing list",
    "4 message/rfc822: read inside, a mailing list put it around the mail",
    "5 header: header",
    "5 text/plain: text",
    "4 text/plain: text",
  ]);
});

test("S/MIME, winmail.dat and an attached mail that does not open are told with their files", async () => {
  const cases: [string, string[]][] = [
    [
      "faults/smime-encrypted.eml",
      [
        "1 application/pkcs7-mime: not opened, it is encrypted with S/MIME, which this desk does not read [smime.p7m]",
      ],
    ],
    ["faults/winmail-dat.eml", ["read inside [winmail.dat]", "file in it: file [journal.txt]"]],
    ["faults/smime-opaque-signed.eml", ["read inside [smime.p7m]", "text"]],
    ["faults/digest-parts.eml", ["message/rfc822: read inside [message.eml]"]],
    ["faults/data-uri-picture.eml", ["file in the page (data:): file"]],
  ];
  for (const [name, expected] of cases) {
    const reading = await readMail(await fixture(name), keys, "nobody@example.org");
    assert.ok(reading.ok);
    const list = told(reading.parts).join("\n");
    for (const one of expected) assert.ok(list.includes(one), `${name}: ${list}`);
  }
});

/** "level what: became, why [file]" of each part. */
function told({ parts }: ListOfParts): string[] {
  return parts.map(({ level, what, became, why, file, name }) => {
    const kept = file === undefined ? "" : ` [${name}]`;
    return `${level} ${what}: ${[became, ...(why ? [why] : [])].join(", ")}${kept}`;
  });
}
