import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type SmtpSink, startSmtpSink } from "#src/demo/smtp-sink.ts";
import { findPgp } from "#src/mime/find-pgp.ts";
import { parseMail } from "#src/mime/parse-mail.ts";
import { decrypt } from "#src/openpgp/decrypt.ts";
import { generateSecretKey, type NewKey } from "#src/openpgp/generate-secret-key.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { claimAnswer, giveUpLostAnswers } from "#src/outbox/claim-outbox.ts";
import { decideAboutMail } from "#src/outbox/decide.ts";
import { CannotLeave, neutralSubject } from "#src/outbox/queue-mail.ts";
import { recipientOf } from "#src/outbox/recipient.ts";
import { type Sender, sendDueAnswers } from "#src/outbox/send.ts";
import { replyToTicket } from "#src/tickets/reply.ts";
import { deskAddress, deskSecretKey, type Intake, plainMail, startIntake } from "#test/support/intake.ts";
import { limit } from "#test/support/limits.ts";

type Desk = Intake & { sink: SmtpSink; sender: Sender; staffId: string; send(): Promise<number> };

test("an answer leaves encrypted and signed to the key that its writer confirmed", async (t) => {
  const desk = await startDesk(t);
  const lea = await generateSecretKey("Lea", "lea@example.org");
  const ticketId = await ticketWithKey(desk, lea);

  await assert.rejects(
    answer(desk, ticketId, "A key that only came is used for nothing"),
    /nobody has confirmed/,
  );
  await answer(desk, ticketId, "Try the boot option i915.force_probe.", {
    useKey: await offeredOn(desk, ticketId),
  });
  assert.equal(await desk.send(), 1);

  const [sent] = desk.sink.mails;
  assert.deepEqual(sent?.to, ["lea@example.org"]);
  const outer = await parsed(sent?.raw);
  assert.equal(outer.subject, "...");
  assert.doesNotMatch(sent?.raw.toString() ?? "", /force_probe|Black screen/);
  const { inner, signed } = await openAs(lea, outer);
  assert.equal(inner.text.trim(), "Try the boot option i915.force_probe.");
  assert.equal(inner.subject, "Re: Black screen");
  assert.equal(signed, "good");
  assert.equal((await outboxOf(desk)).state, "accepted");
});

test("a key that somebody else brings to a ticket does not take the place of the person's own", async (t) => {
  const desk = await startDesk(t);
  const lea = await generateSecretKey("Lea", "lea@example.org");
  const mallory = await generateSecretKey("Lea", "lea@example.org");
  const ticketId = await ticketWithKey(desk, lea);
  await answer(desk, ticketId, "The first answer.", { useKey: await offeredOn(desk, ticketId) });
  await desk.send();
  const messageId = (await parsed(desk.sink.mails[0]?.raw)).messageId;
  await desk.deliver(
    plainMail({ from: "mallory@example.net", text: mallory.public, headers: [`In-Reply-To: ${messageId}`] }),
  );

  await answer(desk, ticketId, "The second answer.");
  await desk.send();

  const { inner } = await openAs(lea, await parsed(desk.sink.mails[1]?.raw));
  assert.equal(inner.text.trim(), "The second answer.");
  assert.equal((await desk.db("offered_keys")).length, 2, "both keys are kept and shown");
});

test("in clear it leaves only after somebody agreed, with a neutral subject and without the person's words", async (t) => {
  const desk = await startDesk(t);
  await desk.deliver(
    plainMail({ subject: "Secret matter", text: "My words about something private, in English." }),
  );
  const ticketId = (await desk.db("tickets").first("id")).id;

  await assert.rejects(answer(desk, ticketId, "Hello", { clearAgreed: false }), CannotLeave);
  assert.equal(
    (await desk.db("messages").where({ kind: "answer" })).length,
    0,
    "nothing is kept of the refused answer",
  );

  await answer(desk, ticketId, "Hello, please restart.", { clearAgreed: true });
  await desk.send();

  const mail = await parsed(desk.sink.mails[0]?.raw);
  assert.equal(mail.subject, neutralSubject);
  assert.equal(mail.text.trim(), "Hello, please restart.");
  assert.doesNotMatch(desk.sink.mails[0]?.raw.toString() ?? "", /Secret matter|something private/);
  assert.equal((await outboxOf(desk)).clear_agreed_by, desk.staffId);
});

test("clear text never leaves to somebody who gave a key on another ticket, even when it was agreed", async (t) => {
  const desk = await startDesk(t);
  await ticketWithKey(desk, await generateSecretKey("Lea", "lea@example.org"));
  await desk.deliver(plainMail({ from: "lea@example.org", subject: "Another thing" }));
  const second = (await desk.db("tickets").orderBy("id", "desc").first("id")).id;

  assert.equal((await recipientOf(desk.db, desk.vault, second))?.mayGetClear, false);
  await assert.rejects(answer(desk, second, "Hello", { clearAgreed: true }), CannotLeave);
  assert.equal((await desk.db("outbox_mails")).length, 0);
});

test("clear text never leaves to somebody who wrote encrypted", async (t) => {
  const desk = await startDesk(t);
  await desk.deliver(plainMail({ from: "lea@example.org" }));
  await desk.db("people").update({ wrote_encrypted_at: new Date() });
  const { id } = await desk.db("tickets").first("id");

  await assert.rejects(answer(desk, id, "Hello", { clearAgreed: true }), CannotLeave);
});

test("a person who gave no address gets no answer, and the writer is told", async (t) => {
  const desk = await startDesk(t);
  await desk.deliver("Subject: no sender\r\n\r\nHello, it does not work.\r\n");
  const { id } = await desk.db("tickets").first("id");

  await assert.rejects(answer(desk, id, "Hello", { clearAgreed: true }), /gave no address/);
});

test("a temporary error is tried again later, and a permanent one is shown", async (t) => {
  const desk = await startDesk(t);
  await answeredTicket(desk);

  desk.sink.fault({ stage: "mail", do: "reply", code: 451 });
  await desk.send();
  const later = await outboxOf(desk);
  assert.equal(later.state, "queued");
  assert.match(later.failure, /asked to try later: 4\d\d/);
  assert.ok(later.not_before > new Date());
  assert.equal(await desk.send(), 0, "not before its time");

  await desk.db("outbox_mails").update({ not_before: new Date(0) });
  desk.sink.fault({ stage: "rcpt", do: "reply", code: 550 });
  await desk.send();
  const failed = await outboxOf(desk);
  assert.equal(failed.state, "failed");
  assert.match(failed.failure, /refused it: 5\d\d/);
  assert.doesNotMatch(failed.failure, /@/);
});

test("a server that asks to try later for ever ends as failed", async (t) => {
  const desk = await startDesk(t);
  await answeredTicket(desk);
  desk.sink.fault({ stage: "mail", do: "reply", code: 451, times: 100 });

  for (let tries = 0; tries < 10; tries += 1) {
    await desk
      .db("outbox_mails")
      .where({ state: "queued" })
      .update({ not_before: new Date(0) });
    await desk.send();
  }

  assert.equal((await outboxOf(desk)).state, "failed");
  assert.equal(desk.sink.mails.length, 0);
});

test("when the connection breaks after the text nobody knows, and the robot never sends it again", async (t) => {
  const desk = await startDesk(t);
  await answeredTicket(desk);
  desk.sink.fault({ stage: "end", do: "close", kept: true });

  await desk.send();
  await desk.db("outbox_mails").update({ not_before: new Date(0) });
  await desk.send();

  assert.equal((await outboxOf(desk)).state, "unknown");
  assert.equal(desk.sink.mails.length, 1);
});

test("a staff member may send an unknown answer again: it keeps its Message-ID", async (t) => {
  const desk = await startDesk(t);
  await answeredTicket(desk);
  desk.sink.fault({ stage: "end", do: "close", kept: true });
  await desk.send();
  const { id } = await outboxOf(desk);

  assert.ok(await decideAboutMail(desk.db, id, desk.staffId, "send again"));
  await desk.send();

  const [first, second] = await Promise.all(
    desk.sink.mails.map(async ({ raw }) => (await parsed(raw)).messageId),
  );
  assert.equal((await outboxOf(desk)).state, "accepted");
  assert.equal(first, second);
  assert.equal(
    await decideAboutMail(desk.db, id, desk.staffId, "send again"),
    null,
    "nothing is left to decide",
  );
});

test("an answer whose worker died while it sent is unknown, not sent again", async (t) => {
  const desk = await startDesk(t);
  await answeredTicket(desk);
  const claimed = await claimAnswer(desk.db, 300);
  assert.ok(claimed);

  assert.equal(await giveUpLostAnswers(desk.db), 0, "its lease has not ended");
  await desk.db("outbox_mails").update({ leased_until: new Date(0) });
  assert.equal(await giveUpLostAnswers(desk.db), 1);

  assert.equal((await outboxOf(desk)).state, "unknown");
  assert.equal(await desk.send(), 0);
  assert.equal(desk.sink.mails.length, 0);
});

test("many workers send each answer once", async (t) => {
  const desk = await startDesk(t);
  for (let n = 0; n < 12; n += 1) await answeredTicket(desk, `person${n}@example.org`);

  await Promise.all([desk.send(), desk.send(), desk.send()]);

  assert.equal(desk.sink.mails.length, 12);
  assert.equal(new Set(desk.sink.mails.map(({ to }) => to[0])).size, 12);
});

test("an answer to a ticket that changed since the form was opened is not sent", async (t) => {
  const desk = await startDesk(t);
  await desk.deliver(plainMail());
  const { id } = await desk.db("tickets").first("id");
  const seen = (await desk.db("messages").first("id")).id;
  await answer(desk, id, "The first answer", { clearAgreed: true, seenMessageId: seen });

  const second = await replyToTicket(desk.db, desk.vault, {
    ticketId: id,
    staffId: desk.staffId,
    text: "The second answer",
    clearAgreed: true,
    seenMessageId: seen,
  });

  assert.equal(second, "changed");
  assert.equal((await desk.db("outbox_mails")).length, 1);
});

async function startDesk(t: TestContext): Promise<Desk> {
  const intake = await startIntake(t);
  const sink = await startSmtpSink();
  t.after(() => sink.stop());
  const [staff] = await intake
    .db("staff")
    .insert({ name: "nina", role: "help_desk", password_hash: "-" })
    .returning("id");
  const sender: Sender = {
    name: "Help desk",
    address: deskAddress,
    keys: await openSecretKeys([deskSecretKey]),
    server: { host: sink.host, port: sink.port, tls: "no", secondsToWait: limit(5) / 1000 },
  };
  const send = () => sendDueAnswers(intake.db, intake.vault, sender);
  return { ...intake, sink, sender, staffId: staff.id, send };
}

async function ticketWithKey(desk: Desk, key: NewKey): Promise<string> {
  const text = `My screen stays black after the upgrade of yesterday.\r\n\r\n${key.public}`;
  await desk.deliver(plainMail({ from: "lea@example.org", subject: "Black screen", text }));
  return (await desk.db("tickets").orderBy("id", "desc").first("id")).id;
}

async function offeredOn(desk: Desk, ticketId: string): Promise<string> {
  return (await desk.db("offered_keys").where({ ticket_id: ticketId }).first("id")).id;
}

async function answeredTicket(desk: Desk, from = "lea@example.org"): Promise<void> {
  await desk.deliver(plainMail({ from }));
  const { id } = await desk.db("tickets").orderBy("id", "desc").first("id");
  await answer(desk, id, "Please try again.", { clearAgreed: true });
}

async function answer(
  desk: Desk,
  ticketId: string,
  text: string,
  options: { clearAgreed?: boolean; useKey?: string; seenMessageId?: string } = {},
): Promise<void> {
  const { clearAgreed = false, seenMessageId = null, useKey = null } = options;
  const { staffId } = desk;
  const result = await replyToTicket(desk.db, desk.vault, {
    ticketId,
    staffId,
    text,
    clearAgreed,
    useKey,
    seenMessageId,
    secondsToTakeBack: 0,
  });
  assert.equal(result, "queued");
}

async function outboxOf(desk: Desk) {
  return await desk.db("outbox_mails").first();
}

async function parsed(raw: Buffer | undefined) {
  assert.ok(raw);
  const result = await parseMail(raw);
  assert.ok(result.ok);
  return result.mail;
}

async function openAs(person: NewKey, outer: Awaited<ReturnType<typeof parsed>>) {
  const place = findPgp(outer);
  assert.ok(place.kind === "pgp-mime");
  const deskKey = (await openSecretKeys([deskSecretKey])).all[0]?.key.toPublic().armor() ?? "";
  const opened = await decrypt(place.ciphertext, await openSecretKeys([person.secret]), [deskKey]);
  assert.ok(opened.ok);
  return { inner: await parsed(Buffer.from(opened.bytes)), signed: opened.signed };
}
