import assert from "node:assert/strict";
import { test } from "node:test";
import { noticeOf, returnedIds } from "#src/mime/returned-mail.ts";
import { limit } from "#test/support/limits.ts";
import { parsed } from "./fixture.ts";

const ours = "<0123456789abcdef.fedcba@desk.example.org>";
const copy = `From: Help desk <support@example.org>\nSubject: Your request\nMessage-ID: ${ours}\n\nPlease try again.`;
const inParts = (type: string, body: string, more = "") =>
  `Content-Type: multipart/mixed; boundary="m"\n\n--m\n\nIt failed.\n--m\nContent-Type: ${type}\n${more}\n${body}\n--m--\n`;

const places: [string, string][] = [
  ["an attached message", inParts("message/rfc822", copy)],
  [
    "an attached message in base64",
    inParts("message/rfc822", btoa(copy), "Content-Transfer-Encoding: base64\n"),
  ],
  ["attached headers", inParts("text/rfc822-headers", copy)],
  ["an attached message of RFC 6533", inParts("message/global", copy)],
  ["attached headers of RFC 6533", inParts("message/global-headers", copy)],
  [
    "a text that is attached",
    inParts('text/plain; name="details.txt"', copy, "Content-Disposition: attachment\n"),
  ],
  ["a receipt", inParts("message/disposition-notification", `Original-Message-ID: ${ours}\nDisposition: x`)],
  ["the text, after qmail's line", `Subject: a\n\n--- Below this line is a copy of the message.\n\n${copy}`],
  ["the text, after Exim's line", `Subject: a\n\n------ This is a copy of the message. ------\n\n${copy}`],
  ["the text, quoted", `Subject: a\n\n${copy.replaceAll(/^/gm, "> ")}`],
  ["the text, indented", `Subject: a\n\n${copy.replaceAll(/^/gm, "    ")}`],
  ["the text, folded", `Subject: a\n\n${copy.replace("Message-ID: ", "Message-ID:\n\t")}`],
  [
    "HTML",
    `Content-Type: text/html\n\n<pre>Message-ID: ${ours.replace("<", "&lt;").replace(">", "&gt;")}</pre>`,
  ],
  ["its own In-Reply-To", `Subject: a\nIn-Reply-To: ${ours}\n\nIt failed.`],
  ["its own nearest reference", `Subject: a\nReferences: <b@example.org> ${ours}\n\nIt failed.`],
  ["the field of Exchange", `Subject: a\nX-MS-Exchange-Parent-Message-Id: ${ours}\n\nIt failed.`],
];
for (const [place, raw] of places) {
  test(`finds the Message-ID of a returned mail in ${place}`, async () => {
    assert.deepEqual(returnedIds(await parsed(raw)), [ours]);
  });
}

test("takes no mail that the returned one answers for the returned one", async () => {
  const raw = inParts(
    "message/rfc822",
    `${copy.replace("\n\n", "\nReferences: <older@desk.example.org>\n\n")}`,
  );

  assert.deepEqual(returnedIds(await parsed(raw)), [ours]);
});

test("the notice ends where the returned mail begins", async () => {
  const mail = await parsed(
    `Subject: a\n\nNo such user.\n\n--- Below this line is a copy of the message.\n\n${copy}`,
  );

  assert.equal(noticeOf(mail).trim(), "No such user.");
});

test("searches 20 MB of almost fields", { timeout: limit(20) }, async () => {
  const raw = `Subject: a\n\n${"> > message-id: \n> | message-id: <a".repeat(600_000)}`;
  const mail = await parsed(raw);

  for (let time = 0; time < 20; time += 1) assert.deepEqual(returnedIds(mail), []);
});
