import assert from "node:assert/strict";
import { test } from "node:test";
import { automaticMail } from "#src/mime/automatic-mail.ts";
import { whyNoAutomaticAnswer } from "#src/mime/no-automatic-answer.ts";
import { limit } from "#test/support/limits.ts";
import { fixture, parsed, parsedFixture } from "./fixture.ts";
import { mailWith, peoplesMails, robotsMails } from "./robot-mails.ts";

const sortOf = async (raw: string | Uint8Array) => automaticMail(await parsed(raw)).sort;

for (const [whose, headers] of Object.entries(peoplesMails)) {
  test(`a mail by a person, ${whose}, is never set aside`, async () => {
    const sort = await sortOf(mailWith(headers));

    assert.ok(["person", "list", "likely automatic"].includes(sort), sort);
  });
}

test("there are forty-one forms of people's mails with marks of programs", () => {
  assert.equal(Object.keys(peoplesMails).length, 41);
});

test("of seventy-seven forms of mail by programs, none could get an automatic answer", async () => {
  assert.equal(robotsMails.length, 77);
  const answered: string[] = [];

  for (const headers of robotsMails) {
    if (whyNoAutomaticAnswer(await parsed(mailWith(headers))) === null) answered.push(headers);
  }

  assert.deepEqual(answered, []);
});

test("a mail by a person without any mark may get an automatic answer", async () => {
  assert.equal(whyNoAutomaticAnswer(await parsed(mailWith(""))), null);
});

test("no automatic answer goes to the sender of who asks for answers at another address", async () => {
  const mail = await parsed(mailWith("Reply-To: Samira <samira@safe.example.org>"));
  assert.equal(whyNoAutomaticAnswer(mail), "It asks for answers at another address");

  const same = await parsed(mailWith("Reply-To: Mia <MIA@Example.org>"));
  assert.equal(whyNoAutomaticAnswer(same), null);
});

const fixtures = {
  "out-of-office": "automatic",
  "mailing-list": "list",
  "delivery-failed": "bounce",
  "robots/bounce-by-exim": "bounce",
  "robots/bounce-by-qmail": "bounce",
  "robots/bounce-by-qmail-in-short": "bounce",
  "robots/bounce-by-sendmail-without-domain": "bounce",
  "robots/contact-form": "person",
  "robots/out-of-office-by-exchange-in-german": "automatic",
  "robots/person-behind-exchange": "person",
  "robots/person-with-x-loop": "person",
  "robots/read-receipt": "automatic",
  "robots/read-receipt-with-reference": "automatic",
  "robots/vacation-as-rfc-3834-has-it": "automatic",
  "robots/vacation-with-empty-return-path": "automatic",
  "robots/vacation-with-rare-marks": "automatic",
};
for (const [name, sort] of Object.entries(fixtures)) {
  test(`takes ${name} for: ${sort}`, async () => {
    assert.equal(automaticMail(await parsedFixture(`${name}.eml`)).sort, sort);
  });
}

test("a subject of an automatic answer counts for one only with another mark", async () => {
  const subject = "Subject: Abwesenheitsnotiz: Re: your request";

  assert.equal(await sortOf(mailWith(subject)), "person");
  assert.equal(await sortOf(mailWith(`${subject}\nX-Auto-Response-Suppress: All`)), "likely automatic");
});

const report = (type: string, ...parts: string[]) =>
  [
    "From: postmaster@mx.example.net",
    "Subject: Report",
    `Content-Type: multipart/report; report-type=${type}; boundary="r"`,
    "",
    ...parts.flatMap((part) => ["--r", part]),
    "--r--",
    "",
  ].join("\n");
const status = (...fields: string[]) =>
  ["Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mx.example.net", "", ...fields, ""].join(
    "\n",
  );
const plain = (text: string) => `Content-Type: text/plain\n\n${text}\n`;

const reports: [string, string, string][] = [
  ["that it failed", report("delivery-status", plain("No."), status("Action: failed")), "bounce"],
  ["that it is late", report("delivery-status", plain("Wait."), status("Action: delayed")), "automatic"],
  ["that it was relayed", report("delivery-status", plain("Done."), status("Action: relayed")), "automatic"],
  [
    "that it was expanded",
    report("delivery-status", plain("Done."), status("Action: expanded")),
    "automatic",
  ],
  ["that it arrived", report("delivery-status", plain("Done."), status("Action: delivered")), "automatic"],
  [
    "that it failed for one of two",
    report("delivery-status", status("Action: delivered", "", "Action: failed")),
    "bounce",
  ],
  ["by its code alone", report("delivery-status", plain("No."), status("Status: 5.1.1")), "bounce"],
  [
    "that it is late by its words alone",
    report("delivery-status", plain("Delivery is delayed. We will keep trying."), status("Status: 4.4.1")),
    "automatic",
  ],
  [
    "in the form of RFC 6533",
    report("delivery-status", status("Action: failed").replace("delivery-", "global-delivery-")),
    "bounce",
  ],
  [
    "of a receipt in the form of RFC 6533",
    report(
      "disposition-notification",
      "Content-Type: message/global-disposition-notification\n\nDisposition: x\n",
    ),
    "automatic",
  ],
  [
    "about spam",
    report("feedback-report", "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\n"),
    "automatic",
  ],
];
for (const [what, raw, sort] of reports) {
  test(`takes a report ${what} for: ${sort}`, async () => {
    assert.equal(await sortOf(raw), sort);
  });
}

const warnings: [string, string, string][] = [
  [
    "Exim",
    "Warning: message 1abc delayed 24 hours",
    "It has not yet been delivered to one of its recipients.",
  ],
  ["sendmail", "Warning: could not send message for past 4 hours", "You do not need to resend your message."],
  ["Postfix", "Delayed Mail (still being retried)", "Your message could not be delivered for 4 hours."],
  ["Gmail", "Delivery Status Notification (Delay)", "Delivery to the following recipient has been delayed:"],
];
for (const [server, subject, text] of warnings) {
  test(`takes a warning of ${server} that a mail is late for no bounce`, async () => {
    const raw = mailWith(
      `From: Mail Delivery System <mailer-daemon@mx.example.net>\nReturn-Path: <>\nSubject: ${subject}`,
      text,
    );

    assert.equal(await sortOf(raw), "automatic");
  });
}

test("a person who passes on a bounce as it came, or quotes its words and headers, sends none", async () => {
  const bounce = (await fixture("delivery-failed.eml")).toString();
  const asFile = mailWith(
    'Subject: Fwd: Undelivered Mail\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="m"',
    `--m\n\nWhat does this mean?\n--m\nContent-Type: message/rfc822\n\n${bounce}\n--m--\n`,
  );
  const inText = mailWith(
    "Subject: What is this?\nReturn-Path: <>\nIn-Reply-To: <a@example.org>",
    "I got this: 550 5.1.1 user unknown\n\n--- Below this line is a copy of the message.\n\nMessage-ID: <a@b.org>\n",
  );

  assert.equal(await sortOf(asFile), "person");
  assert.equal(await sortOf(inText), "person");
});

test("judges a mail of 20 MB that almost looks like each of them", { timeout: limit(20) }, async () => {
  const line = "> message-id: <a 550 5.1.1 - could not be delivere auto auto reply --- below this \n";
  const mail = await parsed(
    mailWith("From: mailer-daemon@example.net", line.repeat(20_000_000 / line.length)),
  );

  for (let time = 0; time < 20; time += 1) assert.equal(automaticMail(mail).sort, "bounce");
});
