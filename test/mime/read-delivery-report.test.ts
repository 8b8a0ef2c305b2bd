import assert from "node:assert/strict";
import { test } from "node:test";
import { readDeliveryReport } from "#src/mime/read-delivery-report.ts";
import { parsed, parsedFixture } from "./fixture.ts";

test("reads a failed delivery and finds the mail that it is about", async () => {
  const mail = await parsedFixture("delivery-failed.eml");

  assert.deepEqual(readDeliveryReport(mail), {
    action: "failed",
    status: "5.1.1",
    diagnostic: "550 5.1.1 <lea.real@example.net>: Recipient address rejected",
    originalRecipient: "lea@example.org",
    finalRecipient: "lea.real@example.net",
    originalMessageId: "<answer-1@helpdesk.example.org>",
  });
  assert.equal(mail.text, "Your mail could not be delivered.");
});

test("takes an ordinary mail for no report", async () => {
  assert.equal(readDeliveryReport(await parsed("Subject: delivery failed\n\nAction: failed\n")), null);
});
