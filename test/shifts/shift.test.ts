import assert from "node:assert/strict";
import { after, test } from "node:test";
import { troublesOf } from "#src/setup/check-desk.ts";
import { currentShift, endShift, lastHandovers, lastShiftEnd, startShift } from "#src/shifts/shift.ts";
import { unanswered } from "#src/shifts/unanswered.ts";
import { whatIsNew } from "#src/shifts/what-is-new.ts";
import { closeTicket } from "#src/tickets/close.ts";
import { openByHand } from "#src/tickets/open-by-hand.ts";
import { replyToTicket } from "#src/tickets/reply.ts";
import { takeTicket } from "#src/tickets/take.ts";
import { readRail } from "#src/web/chrome.ts";
import { startShiftDesk } from "#test/support/shift-desk.ts";

const desk = await startShiftDesk({ after });
const { db, vault, staff } = desk;

test("a shift begins once and ends with a note for the next one, sealed", async () => {
  const [first, second] = await Promise.all([startShift(db, staff.nina), startShift(db, staff.nina)]);
  assert.equal(first.id, second.id);

  assert.deepEqual(await endShift(db, vault, staff.nina, " \n"), { ok: false, reason: "no note" });
  assert.ok(await currentShift(db, staff.nina), "without a note it goes on");
  const keys = await countKeys();
  assert.deepEqual(await endShift(db, vault, staff.ilse, "Nothing"), { ok: false, reason: "no shift" });
  assert.equal(await countKeys(), keys, "no key is left over");
  assert.deepEqual(await endShift(db, vault, staff.nina, "Lea calls again\n"), { ok: true });

  assert.equal(await currentShift(db, staff.nina), null);
  const [handover] = await lastHandovers(db, vault);
  assert.equal(handover?.note, "Lea calls again");
  assert.equal(handover?.staff_name, "nina");
  assert.equal((await lastShiftEnd(db, staff.nina))?.getTime(), handover?.ended_at.getTime());
  assert.equal(await lastShiftEnd(db, staff.ilse), null);
  assert.doesNotMatch((await db("shifts").first("sealed_note")).sealed_note.toString("latin1"), /Lea/);
});

test("what is new since a moment is what others did, and what came", async () => {
  const [old, closed] = [await call("lea@example.org"), await call()];
  await db("tickets").update({
    opened_at: "2026-11-01",
    our_turn_since: "2026-11-01",
    last_message_at: "2026-11-01",
  });
  const since = new Date(Date.now() - 1000);
  await call();
  const answer = { ticketId: old, text: "Hello", clearAgreed: true, seenMessageId: null };
  await replyToTicket(db, vault, { ...answer, staffId: staff.ilse });
  await replyToTicket(db, vault, { ...answer, staffId: staff.ilse });
  await closeTicket(db, closed, staff.ilse, "resolved");

  assert.deepEqual(await whatIsNew(db, staff.nina, since), {
    new_tickets: 1,
    answered_by_others: 1,
    resolved_by_others: 1,
    our_turn_again: 0,
  });
  const mine = await whatIsNew(db, staff.ilse, since);
  assert.equal(mine.answered_by_others + mine.resolved_by_others, 0, "one's own acts are no news");
});

test("unanswered is our turn, over the promise, and followed by nobody who still works here", async () => {
  await db("tickets").update({
    status: "waiting_for_user",
    our_turn_since: null,
    closed_at: null,
    closed_by: null,
  });
  const [late, taken, left, fresh] = [await call(), await call(), await call(), await call()];
  await takeTicket(db, taken, staff.nina);
  await takeTicket(db, left, staff.adam);
  await db("staff").where({ id: staff.adam }).update({ disabled_at: new Date() });
  await db("tickets")
    .whereIn("id", [late, taken, left])
    .update({ our_turn_since: db.raw("now() - interval '50 hours 30 minutes'") });

  const found = await unanswered(db);

  assert.deepEqual(
    found.map(({ id, queue_name, late_hours }) => ({ id, queue_name, late_hours })),
    [
      { id: late, queue_name: "English", late_hours: 2 },
      { id: left, queue_name: "English", late_hours: 2 },
    ],
  );
  const english = (await readRail(db, staff.adam)).queues.find(({ name }) => name === "English");
  assert.equal(english?.our_turn, 4);
  assert.equal(english?.late, 3);
  const words = `Ticket ${late} (English) has no owner and waits 2 hours longer than its queue promises`;
  assert.ok((await troublesOf(db)).includes(words));
  assert.ok(!(await troublesOf(db)).some((line) => line.includes(`Ticket ${fresh} `)));
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

async function countKeys(): Promise<number> {
  return Number((await db("vault_keys").count("* as count").first())?.count);
}
