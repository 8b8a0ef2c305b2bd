import assert from "node:assert/strict";
import { after, test } from "node:test";
import { closeTicket } from "#src/tickets/close.ts";
import { deleteExpiredDrafts, dropDraft, listDrafts, readDraft, saveDraft } from "#src/tickets/drafts.ts";
import { findTicket } from "#src/tickets/find.ts";
import { handOver } from "#src/tickets/hand-over.ts";
import { mentionedNames, readMentions, unreadMentions } from "#src/tickets/mentions.ts";
import { addNote } from "#src/tickets/note.ts";
import { openByHand } from "#src/tickets/open-by-hand.ts";
import { replyToTicket } from "#src/tickets/reply.ts";
import { snoozeTicket, wakeSnoozed } from "#src/tickets/snooze.ts";
import { takeTicket } from "#src/tickets/take.ts";
import { takeAnswerBack } from "#src/tickets/take-answer-back.ts";
import { readThread } from "#src/tickets/thread.ts";
import { otherWriter, startWriting, stopWriting } from "#src/tickets/writing.ts";
import { startShiftDesk } from "#test/support/shift-desk.ts";
import { untilSomebodyWaits } from "#test/support/until-somebody-waits.ts";

const desk = await startShiftDesk({ after });
const { db, vault, staff } = desk;

test("a snooze ends by itself, once, whoever wakes, and the person waits since then", async () => {
  const id = await call();
  const until = new Date(Date.now() + 3_600_000);
  assert.deepEqual(await snoozeTicket(db, id, staff.nina, until), { ok: true });
  assert.equal(await wakeSnoozed(db), 0, "not before its time");
  await db("tickets").where({ id }).update({ snoozed_until: "2026-11-01T08:00:00Z" });

  const woken = await Promise.all([wakeSnoozed(db), wakeSnoozed(db), wakeSnoozed(db)]);

  assert.deepEqual(woken.sort(), [0, 0, 1]);
  const ticket = await findTicket(db, vault, id);
  assert.equal(ticket?.status, "open");
  assert.equal(ticket?.our_turn_since?.toISOString(), "2026-11-01T08:00:00.000Z");
});

test("a worker passes by what somebody holds, and wakes it the next time", async () => {
  const id = await call();
  const [longAgo, itsEnd] = [new Date("2026-11-01T08:00:00Z"), new Date("2026-11-02T08:00:00Z")];
  await snoozeTicket(db, id, staff.nina, itsEnd, longAgo);

  await db.transaction(async (trx) => {
    await trx("tickets").where({ id }).forUpdate().first("id");
    assert.equal(await wakeSnoozed(db), 0);
  });

  assert.equal(await wakeSnoozed(db), 1);
});

test("who comes a moment later does not take a ticket away", async () => {
  const id = await call();
  let late: Promise<boolean> | undefined;

  await db.transaction(async (trx) => {
    await takeTicket(trx, id, staff.ilse);
    late = takeTicket(db, id, staff.nina);
    await untilSomebodyWaits(db);
  });

  assert.equal(await late, false);
  assert.equal((await findTicket(db, vault, id))?.owner_name, "ilse");
});

test("nobody snoozes into the past, or for years, or to a date that is none", async () => {
  const id = await call();
  const now = new Date("2026-11-22T00:00:00Z");

  const snooze = (until: string) => snoozeTicket(db, id, staff.nina, new Date(until), now);

  assert.deepEqual(await snooze("2026-11-21T23:59:59Z"), { ok: false, reason: "in the past" });
  assert.deepEqual(await snooze("never"), { ok: false, reason: "in the past" });
  assert.deepEqual(await snooze("2028-01-01T00:00:00Z"), { ok: false, reason: "too far away" });
  assert.equal((await findTicket(db, vault, id))?.status, "new");
});

test("a ticket is handed over with a note that stands on the other's start page until it is read", async () => {
  const id = await call();
  await takeTicket(db, id, staff.nina);

  const given = {
    ticketId: id,
    staffId: staff.nina,
    toStaffId: staff.ilse,
    note: "She calls again on Monday",
  };
  assert.deepEqual(await handOver(db, vault, given), { ok: true });

  assert.equal((await findTicket(db, vault, id))?.owner_name, "ilse");
  const [mention] = await unreadMentions(db, vault, staff.ilse);
  assert.equal(mention?.text, "She calls again on Monday");
  assert.equal(mention?.writer_name, "nina");
  assert.equal(await readMentions(db, id, staff.ilse), 1);
  assert.deepEqual(await unreadMentions(db, vault, staff.ilse), []);
  assert.deepEqual(await handOver(db, vault, given), { ok: false, reason: "owns it already" });
  const [{ sealed_content }] = await db("messages")
    .where({ ticket_id: id, kind: "note" })
    .select("sealed_content");
  assert.doesNotMatch(sealed_content.toString("latin1"), /Monday/);
});

test("nothing is handed over to somebody who left, or to nobody", async () => {
  const id = await call();
  await db("staff").where({ id: staff.adam }).update({ disabled_at: new Date() });

  for (const toStaffId of [staff.adam, "999999", "x", "0"]) {
    const result = await handOver(db, vault, { ticketId: id, staffId: staff.nina, toStaffId, note: "" });
    assert.deepEqual(result, { ok: false, reason: "nobody of that name" });
  }
  await db("staff").where({ id: staff.adam }).update({ disabled_at: null });
});

test("a note calls those whom it names, and an address calls nobody", async () => {
  const id = await call();
  await addNote(db, vault, {
    ticketId: id,
    staffId: staff.nina,
    text: "@Adam and @nobody: write to lea@ilse.example",
  });

  const called = await db("mentions")
    .join("messages", "messages.id", "message_id")
    .where({ ticket_id: id })
    .pluck("mentions.staff_id");
  assert.deepEqual(called, [staff.adam]);
  assert.deepEqual(mentionedNames("(@ilse), @nina! a@b @x @adam@adam @ilse.example @ilse."), [
    "ilse",
    "nina",
  ]);
});

test("others see who writes, for fifteen minutes or until it ends", async () => {
  const id = await call();

  assert.equal(await startWriting(db, id, staff.nina), null);
  assert.equal((await startWriting(db, id, staff.ilse))?.name, "nina");
  assert.equal(await otherWriter(db, id, staff.nina), null, "nobody is warned of herself");
  await db("tickets")
    .where({ id })
    .update({ writing_until: new Date(0) });
  assert.equal(await startWriting(db, id, staff.ilse), null, "fifteen minutes are over");
  await stopWriting(db, id, staff.nina);
  assert.equal((await otherWriter(db, id, staff.nina))?.name, "ilse", "nobody ends another's writing");
  await stopWriting(db, id, staff.ilse);
  assert.equal(await otherWriter(db, id, staff.nina), null);
});

test("a draft is its writer's own, sealed, and forgotten after seven days", async () => {
  const id = await call();
  await saveDraft(db, vault, { ticketId: id, staffId: staff.nina, text: "first" });
  await saveDraft(db, vault, { ticketId: id, staffId: staff.nina, text: "Try i915.modeset" });

  assert.equal((await readDraft(db, vault, id, staff.nina))?.text, "Try i915.modeset");
  assert.equal(await readDraft(db, vault, id, staff.ilse), null);
  assert.equal((await listDrafts(db, vault, staff.nina))[0]?.subject, "A call");
  assert.doesNotMatch((await db("drafts").first("sealed_text")).sealed_text.toString("latin1"), /i915/);

  await db("drafts").update({ saved_at: db.raw("now() - interval '7 days'") });
  assert.equal(await readDraft(db, vault, id, staff.nina), null, "too old to be shown");
  assert.equal(await deleteExpiredDrafts(db), 1);
  await dropDraft(db, id, staff.nina);
});

test("an answer forgets the draft and ends the writing", async () => {
  const id = await call("lea@example.org");
  await saveDraft(db, vault, { ticketId: id, staffId: staff.nina, text: "Hel" });
  await startWriting(db, id, staff.nina);

  await answer(id, "Hello");

  assert.equal(await readDraft(db, vault, id, staff.nina), null);
  assert.equal(await otherWriter(db, id, staff.ilse), null);
});

test("an answer can be taken back by its writer for 20 seconds, in front of what was begun since", async () => {
  const id = await call("lea@example.org");
  await closeTicket(db, id, staff.ilse, "resolved");
  const messageId = await answer(id, "The wrong words");
  const { seconds } = await db("outbox_mails")
    .where({ message_id: messageId })
    .first(db.raw("extract(epoch from not_before - created_at)::int as seconds"));
  assert.equal(seconds, 20);
  await saveDraft(db, vault, { ticketId: id, staffId: staff.nina, text: "More" });

  assert.deepEqual(await takeAnswerBack(db, vault, messageId, staff.ilse), {
    ok: false,
    reason: "not yours",
  });
  assert.deepEqual(await takeAnswerBack(db, vault, messageId, staff.nina), { ok: true, ticketId: id });

  assert.equal((await readDraft(db, vault, id, staff.nina))?.text, "The wrong words\n\nMore");
  assert.equal((await findTicket(db, vault, id))?.status, "resolved");
  assert.equal((await db("outbox_mails").where({ ticket_id: id })).length, 0);
  assert.deepEqual(await takeAnswerBack(db, vault, messageId, staff.nina), {
    ok: false,
    reason: "not there",
  });
});

test("what leaves already is not taken back", async () => {
  const id = await call("lea@example.org");
  const messageId = await answer(id, "Hello");
  const tooLate = { ok: false, reason: "too late" };

  await db("outbox_mails").where({ message_id: messageId }).update({ not_before: new Date() });
  assert.deepEqual(await takeAnswerBack(db, vault, messageId, staff.nina), tooLate);
  // A worker has tried it: the server may have it.
  const later = new Date(Date.now() + 60_000);
  await db("outbox_mails").where({ message_id: messageId }).update({ not_before: later, attempts: 1 });
  assert.deepEqual(await takeAnswerBack(db, vault, messageId, staff.nina), tooLate);
  const story = await readThread(db, vault, id);
  assert.ok(story.some((item) => item.type === "message" && item.message.id === messageId));
});

async function call(address: string | null = null): Promise<string> {
  const told = {
    channel: "phone",
    subject: "A call",
    text: "It is broken",
    language: "en",
    queueId: null,
  } as const;
  return await openByHand(db, vault, { ...told, address, staffId: staff.nina });
}

async function answer(ticketId: string, text: string): Promise<string> {
  const written = { ticketId, staffId: staff.nina, text, clearAgreed: true, seenMessageId: null };
  assert.equal(await replyToTicket(db, vault, written), "queued");
  return (await db("messages").where({ ticket_id: ticketId, kind: "answer" }).first("id")).id;
}
