import assert from "node:assert/strict";
import { test } from "node:test";
import { readDeliveryReport } from "#src/mime/read-delivery-report.ts";
import { returnedIds } from "#src/mime/returned-mail.ts";
import { parsed, parsedFixture } from "./fixture.ts";

test("reads a failed delivery and finds the mail that it is about", async () => {
  const mail = await parsedFixture("delivery-failed.eml");

  assert.deepEqual(readDeliveryReport(mail), {
    action: "failed",
    status: "5.1.1",
    diagnostic: "550 5.1.1 <lea.real@example.net>: Recipient address rejected",
    originalRecipient: "lea@example.org",
    finalRecipient: "lea.real@example.net",
  });
  assert.deepEqual(returnedIds(mail), ["<answer-1@helpdesk.example.org>"]);
  assert.equal(mail.text, "Your mail could not be delivered.");
});

test("takes an ordinary mail for no report", async () => {
  assert.equal(readDeliveryReport(await parsed("Subject: delivery failed\n\nAction: failed\n")), null);
});

test("reads a report about an address in other letters than ASCII (RFC 6533)", async () => {
  const mail = await parsed(
    [
      'Content-Type: multipart/report; report-type=delivery-status; boundary="r"',
      "",
      "--r",
      "Content-Type: message/global-delivery-status",
      "",
      "Reporting-MTA: dns; mx.example.net",
      "",
      "Original-Recipient: utf-8; L\\x{E9}a@example.org",
      "Final-Recipient: utf-8;Léa@example.org",
      "Action: failed",
      "--r",
      "Content-Type: message/global-headers",
      "",
      "Message-ID: <answer-2@helpdesk.example.org>",
      "--r--",
      "",
    ].join("\n"),
  );

  const report = readDeliveryReport(mail);

  assert.equal(report?.originalRecipient, "Léa@example.org");
  assert.equal(report?.finalRecipient, "Léa@example.org");
  assert.deepEqual(returnedIds(mail), ["<answer-2@helpdesk.example.org>"]);
});

test("a status that says nothing about what became of the mail is told as such", async () => {
  const mail = await parsed(
    'Content-Type: multipart/report; boundary="r"\n\n--r\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; a\n--r--\n',
  );

  assert.equal(readDeliveryReport(mail)?.action, null);
});
