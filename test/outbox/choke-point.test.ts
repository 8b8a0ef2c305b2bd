import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { type SmtpSink, startSmtpSink } from "#src/demo/smtp-sink.ts";
import { generateSecretKey } from "#src/openpgp/generate-secret-key.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { listTroubled } from "#src/outbox/list-mails.ts";
import { mailAdmins } from "#src/outbox/mail-admins.ts";
import { CannotLeave, queueMail } from "#src/outbox/queue-mail.ts";
import { type Sender, sendDueAnswers } from "#src/outbox/send.ts";
import { keysOfPerson } from "#src/people/keys-of-person.ts";
import { personOfAddress, rememberEncryption } from "#src/people/person-of-address.ts";
import { addMessage } from "#src/tickets/add-message.ts";
import { agreeToClearText, askForClearText, withdrawClearText } from "#src/tickets/clear-requests.ts";
import { confirmKeyOfPerson } from "#src/tickets/confirm-key.ts";
import { takeKeyOutOfUse } from "#src/tickets/end-key.ts";
import { replyToTicket } from "#src/tickets/reply.ts";
import { findSealingKey } from "#src/vault/sealing-keys.ts";
import { deskAddress, deskSecretKey, plainMail } from "#test/support/intake.ts";
import { limit } from "#test/support/limits.ts";
import { startShiftDesk } from "#test/support/shift-desk.ts";
import { openAsPerson } from "./open-as-person.ts";

const src = join(import.meta.dirname, "../../src");
const desk = await startShiftDesk({ after });
const { db, vault, staff } = desk;
const sink: SmtpSink = await startSmtpSink();
after(() => sink.stop());
const sender: Sender = {
  name: "Help desk",
  address: deskAddress,
  keys: await openSecretKeys([deskSecretKey]),
  server: { host: sink.host, port: sink.port, tls: "no", secondsToWait: limit(5) / 1000 },
};
let count = 0;

test("nothing but the outbox composes a mail, and nothing but the choke point's two callers ask how it leaves", () => {
  const files = globSync("**/*.ts", { cwd: src }).map((file) => ({
    file,
    text: readFileSync(join(src, file), "utf8"),
  }));
  const filesWith = (pattern: RegExp) =>
    files
      .filter(({ file, text }) => !file.startsWith("demo") && pattern.test(text))
      .map(({ file }) => file)
      .toSorted();

  // The demo plays the people who write to the desk.
  assert.deepEqual(filesWith(/import (?!type).*from "[^"]*\/compose-mail\.ts"/), ["outbox/write-mail.ts"]);
  assert.deepEqual(filesWith(/from "[^"]*\/write-mail\.ts"/), ["outbox/mail-admins.ts", "outbox/send.ts"]);
  assert.deepEqual(
    filesWith(
      /\bhandOver\b.*from "[^"]*outbox\/hand-over\.ts"|\bhandOver\b.*from "\.\/hand-over\.ts"/,
    ).filter((file) => file.startsWith("outbox")),
    ["outbox/mail-admins.ts", "outbox/send.ts"],
  );
  assert.deepEqual(filesWith(/from "nodemailer"/), ["outbox/hand-over.ts"]);
  assert.deepEqual(filesWith(/\bopenSmtp\(/), ["outbox/hand-over.ts", "setup/try-smtp.ts"]);
  assert.deepEqual(filesWith(/\bhowItMayLeave\(/), [
    "outbox/how-it-may-leave.ts",
    "outbox/queue-mail.ts",
    "outbox/write-mail.ts",
  ]);
  assert.deepEqual(filesWith(/insert into outbox_mails|\("outbox_mails"\)\s*\.insert\(/), [
    "outbox/queue-mail.ts",
  ]);
  assert.deepEqual(
    filesWith(/protection: "clear"|protection = 'clear'/).filter(
      (file) => !/how-it-may-leave|list-mails|thread/.test(file),
    ),
    [],
  );
});

test("clear text that was queued stops when the person gives a key before it leaves, and the staff see why", async () => {
  const lea = await newPerson();
  await answer(lea.ticketId, { clearAgreed: true });

  await deliver(plainMail({ from: lea.address, text: `My key:\r\n\r\n${lea.key.public}` }));
  await send();

  assert.equal(sink.mails.length, 0);
  const mail = await lastMail();
  assert.equal(mail.state, "failed");
  assert.match(mail.failure, /stopped before it left. This person gave a key/);
  const { mails } = await listTroubled(db, vault, null);
  assert.equal(mails.at(-1)?.id, mail.id, "it stands in the outbox, for somebody to decide");
});

test("clear text that was queued stops when the person writes encrypted before it leaves, also when it is sent again", async () => {
  const lea = await newPerson();
  await answer(lea.ticketId, { clearAgreed: true });

  await rememberEncryption(db, lea.id);
  await send();
  assert.match((await lastMail()).failure, /This person wrote encrypted/);
  await db("outbox_mails").update({ state: "queued", failure: null, not_before: new Date(0) });
  await send();

  assert.equal(sink.mails.length, 0);
  assert.equal((await lastMail()).state, "failed");
});

test("clear text that was queued stops when a key of the person was confirmed before it leaves", async () => {
  const lea = await newPerson();
  await answer(lea.ticketId, { clearAgreed: true });

  await giveAndConfirm(lea);
  await send();

  assert.equal(sink.mails.length, 0);
  assert.match((await lastMail()).failure, /since it was written a key of this person was confirmed/);
});

test("an encrypted answer stops when the key was taken out of use, and goes to the new key when it was replaced", async () => {
  const lea = await newPerson();
  await giveAndConfirm(lea);
  await answer(lea.ticketId);
  const inForce = (await keysOfPerson(db, vault, lea.id))?.inForce?.id ?? "";
  const ending = { personId: lea.id, keyId: inForce, staffId: staff.nina, reason: "Stolen" };
  assert.ok(await takeKeyOutOfUse(db, vault, ending));
  await send();
  assert.equal(sink.mails.length, 0);
  assert.match((await lastMail()).failure, /nobody has confirmed one that works/);

  await db("outbox_mails").update({ state: "queued", failure: null, not_before: new Date(0) });
  const next = { ...lea, key: await generateSecretKey("Lea", lea.address) };
  await giveAndConfirm(next);
  await send();
  assert.equal(sink.mails.length, 1);
  assert.equal((await openAsPerson(sink.mails[0]?.raw, next)).text.trim(), "Please try again.");
});

test("a row that something else wrote into the outbox does not leave in clear", async () => {
  const lea = await newPerson();
  await answer(lea.ticketId, { clearAgreed: true });
  const row = await lastMail();
  delete row.id;
  await giveAndConfirm(lea);

  for (const forged of [{ protection: "clear" }, { protection: "clear", automatic: true }]) {
    await db("outbox_mails").delete();
    await db("outbox_mails").insert({ ...row, ...forged });
    await send();
    assert.equal((await lastMail()).state, "failed");
  }
  assert.equal(sink.mails.length, 0);
});

test("automatic mail passes the same choke point", async () => {
  const lea = await newPerson();
  await rememberEncryption(db, lea.id);
  const ticket = await db("tickets").where({ id: lea.ticketId }).first();
  const key = await findSealingKey(db, ticket.key_id);
  const messageId = await addMessage(db, vault, {
    ticketId: lea.ticketId,
    key,
    kind: "acknowledgement",
    content: { text: "We have it" },
  });
  const mail = { ticketId: lea.ticketId, messageId, key, subject: "", text: "We have it", language: null };

  await assert.rejects(
    queueMail(db, vault, {
      ...mail,
      inReplyTo: null,
      references: [],
      clearAgreedBy: staff.nina,
      automatic: true,
    }),
    CannotLeave,
  );
});

test("a notice to an administrator passes it too: in clear to nobody who encrypts", async () => {
  const notice = { subject: "The help desk needs you", text: "The disk is full" };
  const lea = await newPerson();
  await rememberEncryption(db, lea.id);
  assert.equal(await mailAdmins(db, vault, sender, [lea.address], notice), false);
  assert.equal(sink.mails.length, 0);

  await giveAndConfirm(lea);
  assert.equal(await mailAdmins(db, vault, sender, [lea.address], notice), true);
  assert.doesNotMatch(sink.mails[0]?.raw.toString() ?? "", /disk is full|needs you/);
  assert.equal(await mailAdmins(db, vault, sender, ["somebody@example.org"], notice), true);
  assert.match(sink.mails[1]?.raw.toString() ?? "", /disk is full/);
});

test("clear text leaves to somebody who encrypts after two of the staff agreed to it, with the reason kept", async () => {
  const lea = await encryptingPerson();
  const requestId = await ask(lea.ticketId, "Please send us a new key.");

  const agreed = await agree(requestId, staff.ilse);
  await send();

  assert.equal(agreed, "queued");
  assert.match(sink.mails[0]?.raw.toString() ?? "", /Please send us a new key\./);
  assert.match(sink.mails[0]?.raw.toString() ?? "", /^Subject: An answer to your message\r$/m);
  const mail = await lastMail();
  assert.equal(mail.clear_request_id, requestId);
  assert.equal(mail.clear_agreed_by, staff.ilse);
  const message = await db("messages").where({ id: mail.message_id }).first("staff_id");
  assert.equal(message.staff_id, staff.nina);
  const actions = await db("ticket_events").where({ ticket_id: lea.ticketId }).orderBy("id").pluck("action");
  assert.deepEqual(actions.slice(-3), ["clear_asked", "clear_agreed", "answered"]);
});

test("nobody agrees with themselves: not by the act, and not in the database", async () => {
  const lea = await encryptingPerson();
  const requestId = await ask(lea.ticketId);

  assert.equal(await agree(requestId, staff.nina), "same person");
  await assert.rejects(
    db("clear_requests").where({ id: requestId }).update({ agreed_by: staff.nina, agreed_at: new Date() }),
    /clear_requests_two_people/,
  );
  assert.equal((await db("outbox_mails")).length, 0);
});

test("an agreement is for one mail: exactly this text, this person, once, and until it ends", async () => {
  const spoil: Record<string, (id: string, lea: Person) => Promise<unknown>> = {
    "was withdrawn": async (id) => await withdrawClearText(db, id, staff.nina),
    "has ended": async (id) =>
      await db("clear_requests")
        .where({ id })
        .update({
          requested_at: db.raw("now() - interval '8 days'"),
          agreed_at: db.raw("now() - interval '7 days'"),
          expires_at: db.raw("now() - interval '1 day'"),
        }),
    "another text": async (id, lea) => {
      const { wrapped_key } = await db("clear_requests")
        .join("vault_keys", "vault_keys.id", "clear_requests.key_id")
        .where("clear_requests.id", id)
        .first("wrapped_key");
      assert.ok(lea);
      await db("clear_requests")
        .where({ id })
        .update({ sealed_text: vault.seal(wrapped_key, "message", "Another text") });
    },
    "another person": async (id) =>
      await db("clear_requests")
        .where({ id })
        .update({ person_id: await personOfAddress(db, vault, "somebody-else@example.org") }),
    "Two different people": async (id) =>
      await db("clear_requests").where({ id }).update({ agreed_by: null, agreed_at: null }),
  };
  for (const [reason, change] of Object.entries(spoil)) {
    const lea = await encryptingPerson();
    const requestId = await ask(lea.ticketId);
    assert.equal(await agree(requestId, staff.ilse), "queued");
    await change(requestId, lea);

    await send();

    const mail = await db("outbox_mails").where({ ticket_id: lea.ticketId }).first();
    assert.equal(mail.state, "failed", reason);
    assert.match(mail.failure, new RegExp(reason));
  }
  assert.equal(sink.mails.length, 0);

  const lea = await encryptingPerson();
  const requestId = await ask(lea.ticketId);
  assert.equal(await agree(requestId, staff.ilse), "queued");
  assert.equal(await agree(requestId, staff.adam), "not open");
  const again = { clearRequest: { id: requestId, agreedBy: staff.ilse }, text: "Please send us your key." };
  await assert.rejects(answer(lea.ticketId, again), /outbox_mails_clear_request_unique/);
});

test("what was asked for and is over, withdrawn or overtaken by a new message is not agreed to", async () => {
  const lea = await encryptingPerson();
  const withdrawn = await ask(lea.ticketId);
  assert.equal(await withdrawClearText(db, withdrawn, staff.ilse), true);
  assert.equal(await withdrawClearText(db, withdrawn, staff.ilse), false);
  assert.equal(await agree(withdrawn, staff.ilse), "not open");

  const first = await ask(lea.ticketId);
  const second = await ask(lea.ticketId, "Better words");
  assert.equal(await agree(first, staff.ilse), "not open", "who asks again withdraws what they asked before");

  const { id: seen } = await db("messages")
    .where({ ticket_id: lea.ticketId })
    .orderBy("id", "desc")
    .first("id");
  await addNewMail(lea);
  const overtaken = { requestId: second, staffId: staff.ilse, seenMessageId: seen };
  assert.equal(await agreeToClearText(db, vault, overtaken), "changed");
  assert.equal((await db("clear_requests").where({ id: second }).first("agreed_at")).agreed_at, null);

  await db("clear_requests")
    .where({ id: second })
    .update({
      requested_at: db.raw("now() - interval '8 days'"),
      expires_at: db.raw("now() - interval '1 day'"),
    });
  assert.equal(await agree(second, staff.ilse), "not open");
  assert.equal((await db("outbox_mails")).length, 0);
});

test("two who agree at once send one mail", async () => {
  const lea = await encryptingPerson();
  const requestId = await ask(lea.ticketId);

  const results = await Promise.all([agree(requestId, staff.ilse), agree(requestId, staff.adam)]);
  await send();

  assert.deepEqual(results.toSorted(), ["not open", "queued"]);
  assert.equal(sink.mails.length, 1);
});

type Person = Awaited<ReturnType<typeof newPerson>>;

/** Somebody who wrote in clear and gave no key. */
async function newPerson() {
  count += 1;
  await db("outbox_mails").delete();
  sink.mails.length = 0;
  const address = `lea${count}@example.org`;
  const [ticketId = ""] = await desk.tickets(plainMail({ from: address }));
  const id = await personOfAddress(db, vault, address);
  return { id, address, ticketId, key: await generateSecretKey("Lea", address) };
}

async function encryptingPerson(): Promise<Person> {
  const lea = await newPerson();
  await rememberEncryption(db, lea.id);
  return lea;
}

async function addNewMail(lea: Person): Promise<void> {
  const { key_id } = await db("tickets").where({ id: lea.ticketId }).first("key_id");
  const key = await findSealingKey(db, key_id);
  const content = { text: "I found my key" };
  await addMessage(db, vault, { ticketId: lea.ticketId, key, kind: "from_user", personId: lea.id, content });
}

async function deliver(raw: string): Promise<void> {
  await desk.deliver(raw);
}

async function giveAndConfirm(lea: Person): Promise<void> {
  await deliver(plainMail({ from: lea.address, text: `My key:\r\n\r\n${lea.key.public}` }));
  const offered = (await keysOfPerson(db, vault, lea.id))?.offered[0];
  const confirmation = { personId: lea.id, offeredId: offered?.id ?? "", ticketId: null, compared: false };
  assert.ok(await confirmKeyOfPerson(db, vault, { ...confirmation, staffId: staff.nina }));
}

async function answer(
  ticketId: string,
  options: { clearAgreed?: boolean; text?: string; clearRequest?: { id: string; agreedBy: string } } = {},
): Promise<void> {
  const { clearAgreed = false, text = "Please try again.", ...rest } = options;
  const result = await replyToTicket(db, vault, {
    ticketId,
    staffId: staff.nina,
    text,
    clearAgreed,
    seenMessageId: null,
    secondsToTakeBack: 0,
    ...rest,
  });
  assert.equal(result, "queued");
}

async function ask(ticketId: string, text = "Please send us your key."): Promise<string> {
  const id = await askForClearText(db, vault, {
    ticketId,
    staffId: staff.nina,
    text,
    reason: "Their key expired",
  });
  assert.ok(id);
  return id;
}

async function agree(requestId: string, staffId: string) {
  return await agreeToClearText(db, vault, {
    requestId,
    staffId,
    seenMessageId: "999999999",
    secondsToTakeBack: 0,
  });
}

async function send(): Promise<void> {
  await sendDueAnswers(db, vault, sender);
}

async function lastMail() {
  return await db("outbox_mails").orderBy("id", "desc").first();
}
