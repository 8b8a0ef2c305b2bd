import assert from "node:assert/strict";
import { test } from "node:test";
import { messageIdOf, newReference } from "#src/outbox/message-id.ts";
import { recipientOf } from "#src/outbox/recipient.ts";
import { closeTicket } from "#src/tickets/close.ts";
import { findTicket } from "#src/tickets/find.ts";
import { readLogs, readReport } from "#src/tickets/read-report.ts";
import { replyToTicket } from "#src/tickets/reply.ts";
import { readThread } from "#src/tickets/thread.ts";
import { deskAddress, fixtureMail, type Intake, plainMail, startIntake } from "#test/support/intake.ts";

test("an encrypted report becomes a ticket in the queue of its language, with its facts", async (t) => {
  const intake = await startIntake(t);

  await intake.deliver(fixtureMail("whisperback-french-base64-inside"));

  const ticket = await onlyTicket(intake);
  assert.equal(ticket.queue_name, "Français");
  assert.equal(ticket.channel, "whisperback");
  assert.equal(ticket.subject, "Écran noir après le démarrage");
  assert.equal(ticket.tails_version, "6.1");
  assert.equal(ticket.model, "Portable Zéphyr 13");
  assert.equal(ticket.status, "new");
  const report = await readReport(intake.db, intake.vault, ticket.id);
  assert.equal(report?.report.facts.ramMb, 3905);
  assert.equal(report?.report.facts.stickId, null, "the raw stick id is not stored beside its hash");
  const logs = await readLogs(intake.db, intake.vault, ticket.id, report?.messageId ?? "");
  assert.equal(logs.at(-1)?.kind, "journal");
});

test("a report names its requester by the address inside, never by the header From", async (t) => {
  const intake = await startIntake(t);

  await intake.deliver(fixtureMail("whisperback-french-base64-inside"));
  await intake.deliver(fixtureMail("whisperback-empty-31-digit-id"));

  const people = await intake.db("people").select();
  assert.equal(people.length, 1);
  const [french, empty] = await intake.db("tickets").orderBy("id").select();
  assert.equal(french.person_id, people[0].id);
  assert.equal(french.person_proven, false);
  assert.equal(empty.person_id, null);
});

test("the same report sent again joins its ticket, with a mark, and leaves the contact of the first", async (t) => {
  const intake = await startIntake(t);
  const first = fixtureMail("whisperback-french-base64-inside");
  const again = Buffer.concat([Buffer.from("X-Received: again\r\n"), first]);

  await intake.deliver(first);
  await intake.deliver(again);

  const ticket = await onlyTicket(intake);
  const messages = await messagesOf(intake, ticket.id);
  assert.deepEqual(
    messages.map(({ marks }) => marks),
    [[], ["sent again", "author not proven"]],
  );
  assert.equal((await intake.db("people").select()).length, 1);
});

test("the same bytes found twice are one mail", async (t) => {
  const intake = await startIntake(t);
  const mail = plainMail();

  await intake.deliver(mail);
  await intake.deliver(mail);

  assert.equal((await intake.db("mails")).length, 1);
  assert.equal((await intake.db("mail_copies")).length, 2);
  assert.equal((await intake.db("messages")).length, 1);
});

test("a reply that names our Message-ID joins its ticket and makes it our turn", async (t) => {
  const intake = await startIntake(t);
  await intake.deliver(plainMail());
  const ticket = await onlyTicket(intake);
  const reference = await answer(intake, ticket.id);
  assert.equal((await findTicket(intake.db, intake.vault, ticket.id))?.status, "waiting_for_user");

  const ours = messageIdOf(intake.vault, reference, deskAddress);
  await intake.deliver(plainMail({ subject: "Re: Your message", headers: [`In-Reply-To: ${ours}`] }));

  const after = await onlyTicket(intake);
  assert.equal(after.status, "open");
  assert.equal(after.message_count, 3);
  assert.deepEqual((await messagesOf(intake, ticket.id)).at(-1)?.marks, []);
});

test("a reply from another address joins with a mark", async (t) => {
  const intake = await startIntake(t);
  await intake.deliver(plainMail());
  const ticket = await onlyTicket(intake);
  const ours = messageIdOf(intake.vault, await answer(intake, ticket.id), deskAddress);

  await intake.deliver(plainMail({ from: "other@example.net", headers: [`References: <x@y> ${ours}`] }));

  assert.deepEqual((await messagesOf(intake, ticket.id)).at(-1)?.marks, ["another address"]);
});

test("a guessed Message-ID never joins a ticket", async (t) => {
  const intake = await startIntake(t);
  await intake.deliver(plainMail());
  const reference = await answer(intake, (await onlyTicket(intake)).id);
  const forged = `<${reference}.${"0".repeat(32)}@example.org>`;

  await intake.deliver(plainMail({ from: "mallory@example.net", headers: [`In-Reply-To: ${forged}`] }));

  assert.equal((await intake.db("tickets")).length, 2);
});

test("automatic mail joins the ticket that it answers and never opens it again", async (t) => {
  const intake = await startIntake(t);
  await intake.deliver(plainMail());
  const { id } = await onlyTicket(intake);
  const ours = messageIdOf(intake.vault, await answer(intake, id), deskAddress);

  const headers = [`In-Reply-To: ${ours}`, "Auto-Submitted: auto-replied"];
  await intake.deliver(plainMail({ subject: "Out of office", headers }));

  const ticket = await onlyTicket(intake);
  assert.equal(ticket.status, "waiting_for_user");
  assert.deepEqual((await messagesOf(intake, id)).at(-1)?.marks, ["automatic mail"]);
});

test("automatic mail that answers nothing is set aside with its reason", async (t) => {
  const intake = await startIntake(t);

  await intake.deliver(plainMail({ headers: ["Auto-Submitted: auto-replied"] }));

  assert.deepEqual(await setAsideReasons(intake), ["Automatic mail that answers nothing this desk wrote"]);
});

test("a bounce is attached to the ticket of the mail that came back, and does not make it our turn", async (t) => {
  const intake = await startIntake(t);
  await intake.deliver(plainMail());
  const { id } = await onlyTicket(intake);
  const ours = messageIdOf(intake.vault, await answer(intake, id), deskAddress);

  await intake.deliver(bounceOf(ours));

  const ticket = await onlyTicket(intake);
  assert.equal(ticket.status, "waiting_for_user");
  assert.equal((await messagesOf(intake, id)).at(-1)?.kind, "bounce");
  assert.notEqual((await intake.db("outbox_mails").first("bounced_at")).bounced_at, null);
});

test("a bounce of a mail that we never sent is set aside", async (t) => {
  const intake = await startIntake(t);

  await intake.deliver(bounceOf(`<${newReference()}.${"ab".repeat(16)}@example.org>`));

  assert.deepEqual(await setAsideReasons(intake), ["A bounce of a mail that this desk did not send"]);
});

test("a person who writes again opens a closed ticket, but not spam", async (t) => {
  const intake = await startIntake(t);
  await intake.deliver(plainMail());
  const { id } = await onlyTicket(intake);
  const ours = messageIdOf(intake.vault, await answer(intake, id), deskAddress);
  const staffId = await aStaffMember(intake);

  await closeTicket(intake.db, id, staffId, "resolved");
  await intake.deliver(
    plainMail({ text: "It is still broken on my computer.", headers: [`In-Reply-To: ${ours}`] }),
  );
  assert.equal((await onlyTicket(intake)).status, "open");

  await closeTicket(intake.db, id, staffId, "spam");
  await intake.deliver(
    plainMail({ text: "Buy my pills today, very cheap.", headers: [`In-Reply-To: ${ours}`] }),
  );
  assert.equal((await onlyTicket(intake)).status, "spam");
});

test("who sent an encrypted mail that does not open is answered in no clear mail later", async (t) => {
  const intake = await startIntake(t);
  const cut = fixtureMail("inline-pgp-cut-in-the-middle").toString();
  await intake.deliver(
    cut,
    cut
      .replace("Lea Example <lea@", "WhisperBack <reports@")
      .replace("Subject: Encrypted", "Subject: Bug report: a1b2"),
  );
  await intake.deliver(plainMail({ from: "lea@example.org", subject: "Now in clear" }));

  assert.deepEqual(
    (await intake.db("mails").orderBy("id").select("state")).map(({ state }) => state),
    ["set_aside", "set_aside", "read"],
  );
  const { id } = await intake.db("tickets").first("id");
  assert.equal((await recipientOf(intake.db, intake.vault, id))?.mayGetClear, false);
  assert.equal((await intake.db("people")).length, 1, "the From of a report is nobody's");
});

test("a mail that claims to be from the desk itself is set aside, so that no loop begins", async (t) => {
  const intake = await startIntake(t);

  await intake.deliver(plainMail({ from: deskAddress }));

  assert.deepEqual(await setAsideReasons(intake), [
    "It says that this desk itself wrote it: a loop, or a forgery",
  ]);
});

test("hostile and broken mails end as a ticket or are set aside, and never stop the next", async (t) => {
  const intake = await startIntake(t);
  const nested = Array.from(
    { length: 2000 },
    (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}\r\n`,
  );
  const hostile = [
    "",
    "\0".repeat(1000),
    "no header at all",
    `From: a@example.org\r\nSubject: ${"x".repeat(10_000_000)}\r\n\r\nlong header`,
    `From: a@example.org\r\n${nested.join("")}deep`,
    `From: a@example.org\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n${"--b\r\n\r\npart\r\n".repeat(10_000)}--b--\r\n`,
    "From: a@example.org\r\nContent-Type: text/plain; charset=no-such-charset\r\n\r\n\xff\xfe text",
    fixtureMail("inline-pgp-cut-in-the-middle"),
    fixtureMail("nul-bytes-everywhere"),
    fixtureMail("no-date-no-from"),
  ];

  for (const mail of hostile) await intake.deliver(mail);
  await intake.deliver(plainMail({ subject: "The next one" }));

  const states = await intake.db("mails").orderBy("id").select("state", "set_aside_reason", "ticket_id");
  assert.equal(states.length, hostile.length + 1);
  for (const { state, set_aside_reason, ticket_id } of states) {
    assert.ok((state === "read" && ticket_id) || (state === "set_aside" && set_aside_reason), `${state}`);
  }
  assert.equal(states.at(-1)?.state, "read");
});

test("a mail is either stored with everything that belongs to it or not at all", async (t) => {
  const intake = await startIntake(t);
  await intake.db.raw("alter table search_documents add constraint broken check (false)");

  await assert.rejects(intake.deliver(fixtureMail("whisperback-french-base64-inside")), /broken/);

  for (const table of ["tickets", "messages", "reports", "people", "ticket_events"]) {
    assert.equal((await intake.db(table)).length, 0, table);
  }
  assert.equal((await intake.db("mails").first("state")).state, "kept");
});

async function onlyTicket(intake: Intake) {
  const rows = await intake.db("tickets").select("id");
  assert.equal(rows.length, 1, JSON.stringify(await intake.db("mails").select("state", "set_aside_reason")));
  const ticket = await findTicket(intake.db, intake.vault, rows[0].id);
  assert.ok(ticket);
  return ticket;
}

async function messagesOf(intake: Intake, ticketId: string) {
  const story = await readThread(intake.db, intake.vault, ticketId);
  return story.flatMap((item) => (item.type === "message" ? [item.message] : []));
}

async function aStaffMember({ db }: Intake): Promise<string> {
  const known = await db("staff").first("id");
  if (known) return known.id;
  const [staff] = await db("staff")
    .insert({ name: "ilse", role: "lead", password_hash: "-" })
    .returning("id");
  return staff.id;
}

async function answer(intake: Intake, ticketId: string): Promise<string> {
  const staffId = await aStaffMember(intake);
  const answered = await replyToTicket(intake.db, intake.vault, {
    ticketId,
    staffId,
    text: "Please try again.",
    clearAgreed: true,
    seenMessageId: null,
  });
  assert.equal(answered, "queued");
  return (await intake.db("outbox_mails").orderBy("id", "desc").first("reference")).reference;
}

async function setAsideReasons({ db }: Intake): Promise<string[]> {
  const rows = await db("mails").where({ state: "set_aside" }).orderBy("id").select("set_aside_reason");
  return rows.map(({ set_aside_reason }) => set_aside_reason);
}

function bounceOf(messageId: string): string {
  return [
    "From: MAILER-DAEMON@mx.example.net",
    "To: support@example.org",
    "Subject: Undelivered Mail Returned to Sender",
    "Return-Path: <>",
    'Content-Type: multipart/report; report-type=delivery-status; boundary="r"',
    "",
    "--r",
    "Content-Type: text/plain",
    "",
    "It could not be delivered.",
    "--r",
    "Content-Type: message/delivery-status",
    "",
    "Reporting-MTA: dns; mx.example.net",
    "",
    "Final-Recipient: rfc822; nina@example.org",
    "Action: failed",
    "Status: 5.1.1",
    "",
    "--r",
    "Content-Type: message/rfc822",
    "",
    `Message-ID: ${messageId}`,
    "Subject: ...",
    "",
    "--r--",
    "",
  ].join("\r\n");
}
