import assert from "node:assert/strict";
import { after, test } from "node:test";
import { encryptReport, wrapForWire } from "#src/demo/reports/wire.ts";
import { type SmtpSink, startSmtpSink } from "#src/demo/smtp-sink.ts";
import { askAgain } from "#src/inbox/ask-again.ts";
import type { MailReading } from "#src/inbox/mail-reading.ts";
import { readMailsAgain } from "#src/inbox/read-again.ts";
import { exportPublic } from "#src/openpgp/export-public.ts";
import { generateSecretKey } from "#src/openpgp/generate-secret-key.ts";
import { openSecretKeys } from "#src/openpgp/open-secret-keys.ts";
import { CannotLeave } from "#src/outbox/queue-mail.ts";
import { recipientOf } from "#src/outbox/recipient.ts";
import { type Sender, sendDueAnswers } from "#src/outbox/send.ts";
import { findWayOut } from "#src/outbox/way-out.ts";
import { agreeToClearText, askForClearText } from "#src/tickets/clear-requests.ts";
import { mergeTickets } from "#src/tickets/merge.ts";
import { replyToTicket } from "#src/tickets/reply.ts";
import { splitMessages } from "#src/tickets/split.ts";
import { undoEvent } from "#src/tickets/undo.ts";
import { unmergeTickets } from "#src/tickets/unmerge.ts";
import { type Decision, decideUnopened, unopenedOf } from "#src/tickets/unopened-parts.ts";
import { deskAddress, deskSecretKey, plainMail } from "#test/support/intake.ts";
import { limit } from "#test/support/limits.ts";
import { dumpTickets, startShiftDesk } from "#test/support/shift-desk.ts";
import { fewSections, makeReport } from "#test/whisperback/make-report.ts";

const desk = await startShiftDesk({ after });
const { db, vault, staff, readers } = desk;
const sink: SmtpSink = await startSmtpSink();
after(() => sink.stop());
const secretKeys = await openSecretKeys([deskSecretKey]);
const [deskPublic = ""] = exportPublic(secretKeys);
const sender: Sender = {
  name: "Help desk",
  address: deskAddress,
  keys: secretKeys,
  server: { host: sink.host, port: sink.port, tls: "no", secondsToWait: limit(5) / 1000 },
};
const leasKey = await generateSecretKey("Lea", "lea@example.org");
/** A block that somebody meant to be a key, with lines lost on its way. */
const damagedKey = leasKey.public.replace(/(\r?\n)[A-Za-z0-9+/=]{60,}\r?\n[A-Za-z0-9+/=]{60,}\r?\n/, "$1");
let count = 0;

test("what looks like a key and cannot be read makes its ticket one of somebody who encrypts", async () => {
  const { ticketId } = await unreadable();

  const wayOut = await findWayOut(db, vault, await recipientOf(db, vault, ticketId));

  assert.equal(wayOut.kind, "none");
  assert.equal(wayOut.may_be_decided, true);
  assert.match(wayOut.reason, /looks encrypted, or like a key, and could not be read/);
  assert.match(wayOut.kind === "none" ? wayOut.advice : "", /say so with the reason/);
  await assert.rejects(answer(ticketId), CannotLeave);
  assert.equal((await db("outbox_mails").where({ ticket_id: ticketId })).length, 0);
});

test("it is only that ticket: on another one of the same person one tick is enough", async () => {
  const { address } = await unreadable();
  const [other = ""] = await desk.tickets(plainMail({ from: address }));

  assert.equal((await recipientOf(db, vault, other))?.mayGetClear, true);
});

test("clear text that waits in the outbox stops when such a mail comes to its ticket", async () => {
  const { address, ticketId } = await readable();
  await answer(ticketId);
  const [later = ""] = await desk.tickets(plainMail({ from: address, text: damagedKey }));
  await merge(later, ticketId);

  await sendDueAnswers(db, vault, sender);

  assert.equal(sink.mails.length, 0);
  const mail = await db("outbox_mails").where({ ticket_id: ticketId }).first("state", "failure");
  assert.equal(mail.state, "failed");
  assert.match(mail.failure, /stopped before it left. Something on this ticket looks encrypted/);
});

test("two of the staff may agree to clear text as for everybody who encrypts", async () => {
  const { ticketId } = await unreadable();
  const asked = { ticketId, staffId: staff.nina, text: "Please send it again.", reason: "No key" };
  const requestId = (await askForClearText(db, vault, asked)) ?? "";
  const { id: seenMessageId } = await lastMessage(ticketId);

  const agreed = await agreeToClearText(db, vault, {
    requestId,
    staffId: staff.ilse,
    seenMessageId,
    secondsToTakeBack: 0,
  });
  await sendDueAnswers(db, vault, sender);

  assert.equal(agreed, "queued");
  assert.match(sink.mails.at(-1)?.raw.toString() ?? "", /Please send it again\./);
});

test("a member of the staff decides otherwise with a reason, and undoing it brings the rule back", async () => {
  const { ticketId, messageId } = await unreadable();

  assert.equal(await decide(ticketId, [messageId]), 1);
  assert.equal((await recipientOf(db, vault, ticketId))?.mayGetClear, true);
  const [decided] = await unopenedOf(db, vault, ticketId);
  assert.equal(decided?.reason, "It is a test of the program");
  assert.equal(decided?.decided_by_name, "nina");
  assert.equal(await decide(ticketId, [messageId]), 0, "a second time changes nothing");

  const event = await db("ticket_events").where({ ticket_id: ticketId }).orderBy("id", "desc").first();
  assert.equal(event.action, "unopened_decided");
  assert.doesNotMatch(JSON.stringify(event), /test of the program/);
  assert.equal((await undoEvent(db, vault, event.id, staff.ilse)).ok, true);
  assert.equal((await recipientOf(db, vault, ticketId))?.mayGetClear, false);
  assert.equal((await unopenedOf(db, vault, ticketId))[0]?.reason, null);
});

test("who decides says it of what they saw: what came meanwhile counts still, and what comes later too", async () => {
  const { address, ticketId, messageId } = await unreadable();
  const [later = ""] = await desk.tickets(plainMail({ from: address, text: damagedKey }));
  await merge(later, ticketId);

  assert.equal(await decide(ticketId, [messageId]), 1);

  assert.equal((await recipientOf(db, vault, ticketId))?.mayGetClear, false);
  const states = (await unopenedOf(db, vault, ticketId)).map(({ decided_at }) => decided_at === null);
  assert.deepEqual(states, [false, true]);
});

test("nothing is decided of a message on another ticket", async () => {
  const one = await unreadable();
  const other = await unreadable();

  assert.equal(await decide(one.ticketId, [other.messageId]), 0);
  assert.equal((await recipientOf(db, vault, other.ticketId))?.mayGetClear, false);
});

test("a decision that does not say by whom, when and why is refused by the database", async () => {
  const { messageId: message_id } = await unreadable();
  for (const half of [
    { decided_by: staff.nina },
    { decided_by: staff.nina, decided_at: new Date() },
    { sealed_reason: Buffer.from("x") },
  ]) {
    await assert.rejects(
      db("unopened_parts").where({ message_id }).update(half),
      /unopened_parts_decision_is_complete/,
    );
  }
});

test("it goes with its message: through a merge and apart again, and through a split and its undo", async () => {
  const { address, ticketId } = await readable();
  const closed = await unreadable(address);
  const before = await dumpTickets(desk, [ticketId, closed.ticketId]);

  const mergeId = await merge(closed.ticketId, ticketId);
  assert.equal((await recipientOf(db, vault, ticketId))?.mayGetClear, false);
  assert.equal((await unmergeTickets(db, mergeId, staff.nina)).ok, true);
  assert.deepEqual(await dumpTickets(desk, [ticketId, closed.ticketId]), before);
  assert.equal((await recipientOf(db, vault, ticketId))?.mayGetClear, true);

  await merge(closed.ticketId, ticketId);
  await decide(ticketId, [closed.messageId]);
  const merged = await dumpTickets(desk, [ticketId]);
  const chosen = { ticketId, messageIds: [closed.messageId], staffId: staff.nina };
  const split = await splitMessages(db, vault, chosen);
  assert.ok(split.ok);
  assert.deepEqual(await unopenedOf(db, vault, ticketId), []);
  assert.equal((await unopenedOf(db, vault, split.ticketId))[0]?.reason, "It is a test of the program");
  const event = await db("ticket_events").where({ ticket_id: ticketId, action: "split" }).first("id");
  assert.equal((await undoEvent(db, vault, event.id, staff.ilse)).ok, true);
  assert.deepEqual(await dumpTickets(desk, [ticketId]), merged);
});

test("a mail that is read again and can be read now counts no more, and its key is offered", async () => {
  const { address, ticketId, messageId } = await unreadable();
  const whole = await readers.read(Buffer.from(plainMail({ from: address, text: leasKey.public })));

  await readAgain(ticketId, messageId, whole);

  assert.deepEqual(await unopenedOf(db, vault, ticketId), []);
  const recipient = await recipientOf(db, vault, ticketId);
  assert.equal(recipient?.mayGetClear, false, "who gave a key gets nothing in clear");
  assert.equal(recipient?.mayBeDecided, false);
  assert.equal((await findWayOut(db, vault, recipient)).kind, "confirm");
});

test("what opens when it is read again makes its sender one who encrypts, for good", async () => {
  const { address, ticketId, messageId } = await unreadable();
  const reading = await readers.read(Buffer.from(plainMail({ from: address })));
  assert.ok(reading.ok);

  await readAgain(ticketId, messageId, { ...reading, encryption: "encrypted" });

  assert.deepEqual(await unopenedOf(db, vault, ticketId), []);
  const [other = ""] = await desk.tickets(plainMail({ from: address }));
  assert.equal((await recipientOf(db, vault, other))?.mayGetClear, false);
});

test("a decision counts for what was not read then: when reading it again finds more, it counts again", async () => {
  const { ticketId, messageId } = await unreadable();
  await decide(ticketId, [messageId]);
  const { sealed_raw, wrapped_key } = await db("messages")
    .join("mails", "mails.id", "messages.mail_id")
    .join("vault_keys", "vault_keys.id", "mails.key_id")
    .where("messages.id", messageId)
    .first("sealed_raw", "wrapped_key");
  const same = await readers.read(vault.openBytes(wrapped_key, "raw", sealed_raw));
  assert.ok(same.ok);

  await readAgain(ticketId, messageId, same);
  assert.equal((await recipientOf(db, vault, ticketId))?.mayGetClear, true, "nothing new: it stays decided");

  const more = { sort: "OpenPGP message" as const, where: "backup.bin", why: "it is damaged" };
  await readAgain(ticketId, messageId, { ...same, notRead: [...same.notRead, more] });
  assert.equal((await recipientOf(db, vault, ticketId))?.mayGetClear, false);
});

for (const [name, fields] of Object.entries({
  "by its fingerprint": { key: "0123 4567 89AB CDEF 0123  4567 89AB CDEF 0123 4567" },
  "by its id": { key: "0x0123456789ABCDEF" },
  "by an address": { key: "https://keys.example.net/lea.asc" },
  "in words": { key: "on my card, ask Paul" },
  "as a damaged block": { key: "included below", keyBlock: damagedKey.trim() },
  "as a block that is not there": { key: "included below" },
  "as a block without an end": { key: "included below", keyBlock: damagedKey.slice(0, 200) },
})) {
  test(`a report that names a key ${name} makes its person one who encrypts, for good and everywhere`, async () => {
    const address = newAddress();
    const [ticketId = ""] = await desk.tickets(await report({ from: address, ...fields }));

    const recipient = await recipientOf(db, vault, ticketId);
    assert.equal(recipient?.mayGetClear, false);
    assert.equal(recipient?.mayBeDecided, false);
    assert.equal((await findWayOut(db, vault, recipient)).kind, "none");
    await assert.rejects(answer(ticketId), CannotLeave);
    await decide(ticketId, [(await lastMessage(ticketId)).id], "does not encrypt");
    await assert.rejects(answer(ticketId), CannotLeave, "nobody decides that they gave none");
    const [other = ""] = await desk.tickets(plainMail({ from: address }));
    await assert.rejects(answer(other), CannotLeave);
  });
}

test("a report without a key says nothing of the person, although the program encrypted it", async () => {
  const [ticketId = ""] = await desk.tickets(await report({ from: newAddress() }));

  assert.equal((await recipientOf(db, vault, ticketId))?.mayGetClear, true);
});

test("a report that names a key and no address holds its ticket back, whoever becomes its person", async () => {
  const [ticketId = ""] = await desk.tickets(await report({ key: "https://keys.example.net/lea.asc" }));
  const other = await readable();
  await db("tickets")
    .where({ id: ticketId })
    .update({ person_id: (await recipientOf(db, vault, other.ticketId))?.personId });

  const recipient = await recipientOf(db, vault, ticketId);
  assert.equal(recipient?.mayGetClear, false);
  assert.equal(recipient?.mayBeDecided, true);
});

test("a key that stands in the text of a report, or was attached to one that was mailed by hand, is offered", async () => {
  const [inText = ""] = await desk.tickets(
    await report({ from: newAddress(), text: `My key:\n\n${leasKey.public}` }),
  );
  const handSaved = makeReport({ version: "7.4", sections: fewSections });
  const [byHand = ""] = await desk.tickets(
    plainMail({
      from: newAddress(),
      headers: ["MIME-Version: 1.0", 'Content-Type: multipart/mixed; boundary="b"'],
      text: `--b\r\n\r\n${handSaved}\r\n--b\r\nContent-Type: application/pgp-keys\r\n\r\n${leasKey.public}\r\n--b--`,
    }),
  );

  for (const ticketId of [inText, byHand]) {
    const wayOut = await findWayOut(db, vault, await recipientOf(db, vault, ticketId));
    assert.equal(wayOut.kind, "confirm");
  }
});

test("who mails a report by hand and encrypts it encrypts by themselves, also to the address that stands in it", async () => {
  const [from, contact] = [newAddress(), newAddress()];
  const text = `Please look at this:\n\n${makeReport({ from: contact, version: "7.4", sections: fewSections })}`;
  const raw = (await encryptReport(wrapForWire(text), deskPublic, "0")).toString();
  const [ticketId = ""] = await desk.tickets(
    raw.replace("Subject: Bug report: 0", "Subject: Help").replace("devnull@tails.boum.org", from),
  );

  assert.equal((await recipientOf(db, vault, ticketId))?.mayGetClear, false);
  const [theirs = ""] = await desk.tickets(plainMail({ from }));
  assert.equal((await recipientOf(db, vault, theirs))?.mayGetClear, false);
});

type Mailed = { address: string; ticketId: string; messageId: string };

function newAddress(): string {
  count += 1;
  return `lea${count}@example.org`;
}

async function mailed(text: string, address = newAddress()): Promise<Mailed> {
  sink.mails.length = 0;
  const [ticketId = ""] = await desk.tickets(plainMail({ from: address, text }));
  return { address, ticketId, messageId: (await lastMessage(ticketId)).id };
}

const readable = () => mailed("Hello, my printer does not print any more.");
const unreadable = (address?: string) =>
  mailed(`My key, please answer encrypted:\r\n\r\n${damagedKey}`, address);

async function lastMessage(ticketId: string): Promise<{ id: string }> {
  return await db("messages").where({ ticket_id: ticketId }).orderBy("id", "desc").first("id");
}

async function report(fields: Parameters<typeof makeReport>[0]): Promise<Buffer> {
  count += 1;
  const text = makeReport({ version: "7.4", text: "It does not start.", sections: fewSections, ...fields });
  return Buffer.from(await encryptReport(wrapForWire(text), deskPublic, `abc${count}`));
}

async function answer(ticketId: string): Promise<void> {
  const said = { text: "Please try again.", clearAgreed: true, seenMessageId: null, secondsToTakeBack: 0 };
  await replyToTicket(db, vault, { ticketId, staffId: staff.nina, ...said });
}

async function decide(ticketId: string, messageIds: string[], as: Decision = "not ciphertext") {
  const reason = "It is a test of the program";
  return await decideUnopened(db, vault, { ticketId, messageIds, staffId: staff.nina, as, reason });
}

async function merge(sourceId: string, targetId: string): Promise<string> {
  const merged = await mergeTickets(db, { sourceId, targetId, staffId: staff.nina });
  assert.ok(merged.ok);
  return merged.mergeId;
}

/** As if the program read this mail better than it did. */
async function readAgain(ticketId: string, messageId: string, reading: MailReading): Promise<void> {
  assert.equal(await askAgain(db, { ticketId, messageId, staffId: staff.nina }), 1);
  const onFailure = (error: unknown) => {
    throw error;
  };
  assert.equal(await readMailsAgain(db, vault, { readers: { read: async () => reading }, onFailure }), 1);
}
