import assert from "node:assert/strict";
import { test } from "node:test";
import { automaticMail } from "#src/mime/automatic-mail.ts";
import { parsed, parsedFixture } from "./fixture.ts";

const cases: [string, string, string][] = [
  ["a mail by a person", "From: lea@example.org\n", "person"],
  ["Auto-Submitted: no", "From: lea@example.org\nAuto-Submitted: no\n", "person"],
  ["Auto-Submitted: auto-generated", "From: a@example.org\nAuto-Submitted: auto-generated\n", "automatic"],
  ["Precedence: bulk", "From: a@example.org\nPrecedence: bulk\n", "automatic"],
  ["Precedence: junk", "From: a@example.org\nPrecedence: junk\n", "automatic"],
  ["X-Auto-Response-Suppress", "From: a@example.org\nX-Auto-Response-Suppress: All\n", "automatic"],
  ["X-Loop", "From: a@example.org\nX-Loop: a@example.org\n", "automatic"],
  ["List-Unsubscribe", "From: a@example.org\nList-Unsubscribe: <mailto:a@example.org>\n", "list"],
  ["an empty Return-Path", "Return-Path: <>\nFrom: a@example.org\n", "bounce"],
  ["MAILER-DAEMON", "From: MAILER-DAEMON@example.org\n", "bounce"],
  ["noreply", "From: no-reply@example.org\n", "automatic"],
];
for (const [what, headers, sort] of cases) {
  test(`takes ${what} for: ${sort}`, async () => {
    assert.equal(automaticMail(await parsed(`${headers}\nhi\n`)).sort, sort);
  });
}

const fixtures = { "out-of-office": "automatic", "mailing-list": "list", "delivery-failed": "bounce" };
for (const [name, sort] of Object.entries(fixtures)) {
  test(`takes ${name} for: ${sort}`, async () => {
    assert.equal(automaticMail(await parsedFixture(`${name}.eml`)).sort, sort);
  });
}
