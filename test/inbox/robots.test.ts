import assert from "node:assert/strict";
import { after, test } from "node:test";
import { encrypt } from "#src/openpgp/encrypt.ts";
import { generateSecretKey } from "#src/openpgp/generate-secret-key.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { messageIdOf } from "#src/outbox/message-id.ts";
import { findTicket } from "#src/tickets/find.ts";
import { replyToTicket } from "#src/tickets/reply.ts";
import { readThread } from "#src/tickets/thread.ts";
import { eventWords } from "#src/tickets/words.ts";
import { mailWith, peoplesMails } from "#test/mime/robot-mails.ts";
import { deskAddress, fixtureMail, plainMail, startIntake } from "#test/support/intake.ts";

const intake = await startIntake({ after });
const { db, vault } = intake;
const [{ id: staffId }] = await db("staff")
  .insert({ name: "ilse", role: "lead", password_hash: "-" })
  .returning("id");
let count = 0;

/** A person wrote, the desk answered; the ticket and the Message-ID of the answer without its brackets. */
async function answered(from = "Lea <lea@example.org>") {
  count += 1;
  await intake.deliver(plainMail({ from, subject: `Request ${count}` }));
  const { id } = await db("tickets").orderBy("id", "desc").first("id");
  const answer = { ticketId: id, staffId, text: "Please try again.", clearAgreed: true, seenMessageId: null };
  assert.equal(await replyToTicket(db, vault, answer), "queued");
  const outbox = await db("outbox_mails").orderBy("id", "desc").first("id", "reference");
  const ours = messageIdOf(vault, outbox.reference, deskAddress).slice(1, -1);
  return { ticketId: id as string, ours, outboxId: outbox.id as string };
}

const about = (name: string, ours: string) =>
  fixtureMail(`robots/${name}`).toString().replaceAll("@@OUR-MESSAGE-ID@@", ours);

async function lastMail(): Promise<{ outcome: string | null; set_aside_reason: string | null }> {
  return await db("mails").orderBy("id", "desc").first("outcome", "set_aside_reason");
}

async function cameBack(outboxId: string): Promise<boolean> {
  return (await db("outbox_mails").where({ id: outboxId }).first("bounced_at")).bounced_at !== null;
}

async function newestMessage(ticketId: string) {
  const story = await readThread(db, vault, ticketId);
  const messages = story.flatMap((item) => (item.type === "message" ? [item.message] : []));
  return messages.toSorted((one, other) => Number(one.id) - Number(other.id)).at(-1);
}

for (const name of ["bounce-by-qmail", "bounce-by-qmail-in-short", "bounce-by-exim"]) {
  test(`${name}: the answer is marked as come back, and the notice stands on the ticket`, async () => {
    const { ticketId, ours, outboxId } = await answered();

    await intake.deliver(about(name, ours));

    assert.equal((await lastMail()).outcome, "bounce");
    assert.equal(await cameBack(outboxId), true);
    assert.equal((await newestMessage(ticketId))?.kind, "bounce");
    assert.equal((await findTicket(db, vault, ticketId))?.status, "waiting_for_user");
  });

  test(`${name}: of a mail whose id only looks like ours is set aside`, async () => {
    const { ours, outboxId } = await answered();
    const forged = ours.replace(/\.[0-9a-f]{32}@/, `.${"0".repeat(32)}@`);

    await intake.deliver(about(name, forged));

    assert.equal((await lastMail()).set_aside_reason, "A bounce of a mail that this desk did not send");
    assert.equal(await cameBack(outboxId), false);
  });
}

test("a bounce from MAILER-DAEMON without a domain opens no ticket", async () => {
  await intake.deliver(fixtureMail("robots/bounce-by-sendmail-without-domain"));

  assert.equal((await lastMail()).set_aside_reason, "A bounce of a mail that this desk did not send");
});

for (const name of [
  "vacation-with-empty-return-path",
  "vacation-as-rfc-3834-has-it",
  "read-receipt",
  "read-receipt-with-reference",
  "out-of-office-by-exchange-in-german",
]) {
  test(`${name}: joins the ticket as automatic mail, the answer stays sent and the turn theirs`, async () => {
    const { ticketId, ours, outboxId } = await answered();

    await intake.deliver(about(name, ours));

    assert.equal((await lastMail()).outcome, "added");
    assert.equal(await cameBack(outboxId), false);
    assert.ok((await newestMessage(ticketId))?.marks.includes("automatic mail"));
    assert.equal((await findTicket(db, vault, ticketId))?.status, "waiting_for_user");
  });
}

test("a receipt that names our mail in its report alone joins the ticket too", async () => {
  const { ticketId, ours } = await answered();
  const receipt = about("read-receipt", ours)
    .replace(/^References: .*\n/m, "")
    .replace(/^Message-ID: </im, "Message-ID: <another-");

  await intake.deliver(receipt);

  assert.deepEqual((await newestMessage(ticketId))?.marks, ["automatic mail"]);
  const event = await db("ticket_events").where({ ticket_id: ticketId, action: "receipt_came" }).first();
  assert.deepEqual(event.detail, { says: "displayed" });
  assert.equal(eventWords(event), "a receipt says that our answer was shown to its reader");
});

test("a receipt for a mail that is not ours, or that says nothing, tells nothing", async () => {
  const { ticketId, ours } = await answered();
  const receipt = about("read-receipt", ours).replace(/^Disposition: .*$/m, "Disposition: nonsense");

  await intake.deliver(receipt.replace(/^Message-ID: </im, "Message-ID: <nonsense-"));
  await intake.deliver(receipt.replaceAll(ours.slice(1, 20), "0".repeat(19)));

  assert.deepEqual(await db("ticket_events").where({ ticket_id: ticketId, action: "receipt_came" }), []);
});

test("a warning that our answer is late joins the ticket, and marks nothing as come back", async () => {
  const { ticketId, ours, outboxId } = await answered();
  const warning = about("bounce-by-exim", ours)
    .replace(/^Subject: .*$/m, "Subject: Warning: message 1abc delayed 24 hours")
    .replace("could not be delivered", "has not yet been delivered");

  await intake.deliver(warning);

  assert.equal(await cameBack(outboxId), false);
  assert.ok((await newestMessage(ticketId))?.marks.includes("automatic mail"));
});

test("a vacation note that answers nothing of ours is set aside, in sight", async () => {
  await intake.deliver(fixtureMail("robots/vacation-with-rare-marks"));

  assert.equal((await lastMail()).set_aside_reason, "Automatic mail that answers nothing this desk wrote");
});

test("a person who quotes the headers of our answer, or passes it on, marks nothing and gets our turn", async () => {
  const { ticketId, ours, outboxId } = await answered();
  const text = `I got this back, why?\n\n--- Below this line is a copy of the message.\n\nMessage-ID: <${ours}>\n`;

  await intake.deliver(
    plainMail({
      from: "Lea <lea@example.org>",
      text,
      headers: [`In-Reply-To: <${ours}>`, "Return-Path: <>", "X-Auto-Response-Suppress: All"],
    }),
  );

  assert.equal(await cameBack(outboxId), false);
  assert.equal((await findTicket(db, vault, ticketId))?.status, "open");
});

test("an encrypted answer that comes back in the text of a bounce is marked, though nobody here can open it", async () => {
  const { ticketId, ours, outboxId } = await answered();
  const key = await generateSecretKey("Lea", "lea@example.org");
  const ciphertext = await encrypt(
    Buffer.from("Please try again."),
    [key.public],
    await openSecretKeys([key.secret]),
  );
  const bounce = about("bounce-by-qmail", ours).replace("Please try again.", ciphertext);
  assert.match(bounce, /BEGIN PGP MESSAGE/);

  await intake.deliver(bounce);

  assert.equal((await lastMail()).outcome, "bounce");
  assert.equal(await cameBack(outboxId), true);
  assert.match((await newestMessage(ticketId))?.content.text ?? "", /I could not deliver your message/);
});

test("none of forty-one forms of people's mails with marks of programs is set aside", async () => {
  const counted = async () => [
    (await db("tickets")).length,
    (await db("mails").where({ state: "set_aside" })).length,
  ];
  const [tickets = 0, setAside] = await counted();
  const mails = Object.entries(peoplesMails).map(([whose, headers]) =>
    mailWith(`Message-ID: <${whose.replaceAll(/\W/g, ".")}@example.org>\n${headers}`, `Hello, ${whose}.`),
  );

  await intake.deliver(
    ...mails,
    fixtureMail("robots/contact-form"),
    fixtureMail("robots/person-with-x-loop"),
  );

  assert.deepEqual(await counted(), [tickets + mails.length + 2, setAside]);
});
