import assert from "node:assert/strict";
import { after, test } from "node:test";
import { mostInBulk, previewBulk, runBulk } from "#src/tickets/bulk.ts";
import { closeTicket } from "#src/tickets/close.ts";
import { findTicket } from "#src/tickets/find.ts";
import { moveTicket } from "#src/tickets/move.ts";
import { openByHand } from "#src/tickets/open-by-hand.ts";
import { addQueue, changeQueue, countQueues, listQueues, orderQueues } from "#src/tickets/queues.ts";
import { countLastVersions, setLastVersion, setPriority, setWorkaround } from "#src/tickets/set-facts.ts";
import { tagTicket } from "#src/tickets/tag.ts";
import { changeTag, listTags, mergeTags, tagsOfTicket } from "#src/tickets/tags.ts";
import { takeTicket } from "#src/tickets/take.ts";
import { undoEvent } from "#src/tickets/undo.ts";
import { undoOutlook } from "#src/tickets/undo-outlook.ts";
import { plainMail } from "#test/support/intake.ts";
import { startShiftDesk } from "#test/support/shift-desk.ts";

const desk = await startShiftDesk({ after });
const { db, vault, staff } = desk;

test("a queue is added with its promise, renamed, and put where it belongs", async () => {
  const added = await addQueue(db, { name: "Training", language: null, promiseHours: 24 });
  assert.ok(added.ok);
  assert.deepEqual(await addQueue(db, { name: "TRAINING", language: null, promiseHours: 24 }), {
    ok: false,
    reason: "name taken",
  });
  assert.deepEqual(await addQueue(db, { name: "Anglais", language: "en", promiseHours: 24 }), {
    ok: false,
    reason: "language taken",
  });
  assert.deepEqual(await changeQueue(db, added.id, { name: "Trainees", language: null, promiseHours: 12 }), {
    ok: true,
  });

  const ids = (await listQueues(db)).map(({ id }) => id);
  assert.equal(await orderQueues(db, ids.slice(1)), false, "one is missing");
  assert.equal(await orderQueues(db, [...ids.slice(1), ids[1] ?? ""]), false, "one is there twice");
  assert.equal(await orderQueues(db, [added.id, ...ids.filter((id) => id !== added.id)]), true);
  const [first] = await countQueues(db);
  assert.equal(first?.name, "Trainees");
  assert.equal(first?.promise_hours, 12);
});

test("where a ticket was put by hand, the person's later mails go too", async () => {
  const german = (await listQueues(db)).find(({ language }) => language === "de")?.id ?? "";
  const [first = ""] = await desk.tickets(plainMail({ from: "lea@example.org" }));

  assert.equal(await moveTicket(db, first, staff.nina, german), true);
  assert.equal(await moveTicket(db, first, staff.nina, german), false, "it is there already");
  assert.equal(await moveTicket(db, first, staff.nina, "999999"), false);
  const [second = "", other = ""] = await desk.tickets(
    plainMail({ from: "lea@example.org" }),
    plainMail({ from: "paul@example.org" }),
  );

  assert.equal((await findTicket(db, vault, second))?.queue_name, "Deutsch");
  assert.equal((await findTicket(db, vault, other))?.queue_name, "English");
});

test("late is what waits longer than its own queue promises", async () => {
  const id = await call();
  const english = (await listQueues(db)).find(({ language }) => language === "en");
  const before = (await countQueues(db)).find((queue) => queue.id === english?.id);
  await db("tickets")
    .where({ id })
    .update({ our_turn_since: db.raw("now() - interval '47 hours'") });
  const lateOf = async () => (await countQueues(db)).find((queue) => queue.id === english?.id)?.late;

  assert.equal(await lateOf(), before?.late);
  await changeQueue(db, english?.id ?? "", { name: "English", language: "en", promiseHours: 46 });
  assert.equal(await lateOf(), (before?.late ?? 0) + 1);
  await changeQueue(db, english?.id ?? "", { name: "English", language: "en", promiseHours: 48 });
});

test("a tag is made by its first use, has one name in all spellings, and is renamed everywhere", async () => {
  const id = await call();

  assert.deepEqual(await tagTicket(db, id, staff.nina, "  Wi-Fi \n card "), { ok: true, changed: true });
  assert.deepEqual(await tagTicket(db, id, staff.nina, "WI-FI CARD"), { ok: true, changed: false });
  assert.deepEqual(await tagTicket(db, id, staff.nina, " \t"), { ok: false, reason: "no name" });
  assert.deepEqual(await tagTicket(db, id, staff.nina, "x".repeat(61)), { ok: false, reason: "no name" });

  const [tag] = await tagsOfTicket(db, id);
  assert.equal(tag?.name, "Wi-Fi card");
  await tagTicket(db, id, staff.nina, "network");
  const changed = { name: "Network", description: "Anything without a cable" };
  assert.deepEqual(await changeTag(db, tag?.id ?? "", changed), { ok: false, reason: "name taken" });
  assert.deepEqual(await changeTag(db, tag?.id ?? "", { ...changed, name: "wifi" }), { ok: true });
  assert.deepEqual(
    (await listTags(db)).map(({ name, tickets }) => [name, tickets]),
    [
      ["network", 1],
      ["wifi", 1],
    ],
  );
});

test("two tags become one on all tickets, and their history says so", async () => {
  const [one, both] = [await call(), await call()];
  await tagTicket(db, one, staff.nina, "printing");
  await tagTicket(db, both, staff.nina, "printing");
  await tagTicket(db, both, staff.nina, "printer");
  const tags = await tagsOfTicket(db, both);
  const idOf = (name: string) => tags.find((tag) => tag.name === name)?.id ?? "";

  assert.deepEqual(await mergeTags(db, idOf("printing"), idOf("printing"), staff.ilse), {
    ok: false,
    reason: "itself",
  });
  assert.deepEqual(await mergeTags(db, idOf("printing"), idOf("printer"), staff.ilse), {
    ok: true,
    tickets: 2,
  });
  assert.deepEqual(await mergeTags(db, idOf("printing"), idOf("printer"), staff.ilse), {
    ok: false,
    reason: "not there",
  });

  assert.deepEqual(
    (await tagsOfTicket(db, one)).map(({ name }) => name),
    ["printer"],
  );
  const event = await db("ticket_events").where({ ticket_id: one, action: "tags_merged" }).first();
  assert.deepEqual(event.detail, { from: "printing", to: "printer" });
  assert.deepEqual(await undoEvent(db, vault, event.id, staff.ilse), { ok: false, reason: "gone" });
});

test("ten tickets are tagged at once while two tags are merged, and nothing is lost or stuck", async () => {
  const ids = await Promise.all(Array.from({ length: 10 }, () => call()));
  await tagTicket(db, ids[0] ?? "", staff.nina, "from");
  await tagTicket(db, ids[0] ?? "", staff.nina, "into");
  const tags = await tagsOfTicket(db, ids[0] ?? "");
  const idOf = (name: string) => tags.find((tag) => tag.name === name)?.id ?? "";

  const busy = ids.map((id) => tagTicket(db, id, staff.ilse, "from"));
  await Promise.all([...busy, mergeTags(db, idOf("from"), idOf("into"), staff.nina)]);

  for (const id of ids) {
    assert.ok((await tagsOfTicket(db, id)).some(({ name }) => name === "from" || name === "into"));
  }
});

test("the two questions and the priority are kept, the workaround sealed", async () => {
  const id = await call();
  await setPriority(db, id, staff.nina, "urgent");
  await setLastVersion(db, id, staff.nina, " 6.1 ");
  await setWorkaround(db, vault, id, staff.nina, "An adapter of her neighbour");
  assert.equal(await setWorkaround(db, vault, id, staff.ilse, "An adapter of her neighbour "), false);

  const ticket = await findTicket(db, vault, id);
  assert.equal(ticket?.priority, "urgent");
  assert.equal(ticket?.last_version_that_worked, "6.1");
  assert.equal(ticket?.workaround, "An adapter of her neighbour");
  assert.deepEqual(await countLastVersions(db), [{ version: "6.1", tickets: 1 }]);
  const events = JSON.stringify(await db("ticket_events").where({ ticket_id: id }));
  assert.doesNotMatch(events, /neighbour/);
  await assert.rejects(setLastVersion(db, id, staff.nina, "6.1\n7.0"), /tickets_last_version_is_a_line/);
});

test("a bulk says before what it will change, and does just that, with an event each", async () => {
  const [free, mine, closed] = [await call(), await call(), await call()];
  await takeTicket(db, mine, staff.ilse);
  await closeTicket(db, closed, staff.ilse, "spam");
  const ids = [free, mine, closed, "999999", free];

  const preview = await previewBulk(db, vault, ids, { act: "take" });
  assert.ok(preview.ok);
  assert.deepEqual(
    preview.lines.map(({ id, why }) => [id, why]),
    [
      [free, null],
      [mine, "ilse has it"],
      [closed, null],
    ],
  );
  assert.deepEqual(preview.missing, ["999999"]);
  assert.equal(preview.changes, 2);
  assert.deepEqual(await runBulk(db, ids, { act: "take" }, staff.nina), {
    ok: true,
    changed: [free, closed],
  });
  assert.deepEqual(await runBulk(db, ids, { act: "tag", name: "sorted" }, staff.nina), {
    ok: true,
    changed: [free, mine, closed],
  });
  assert.deepEqual(await runBulk(db, ids, { act: "spam" }, staff.nina), { ok: true, changed: [free, mine] });
  const events = await db("ticket_events").where({ ticket_id: free }).orderBy("id").pluck("action");
  assert.deepEqual(events, ["opened", "taken", "tagged", "closed"]);
});

test("a bulk of nothing, of too many, or of nonsense changes nothing", async () => {
  const refused = async (ids: string[], act: Parameters<typeof runBulk>[2]) => {
    const result = await runBulk(db, ids, act, staff.nina);
    assert.deepEqual(await previewBulk(db, vault, ids, act), result);
    return result.ok ? null : result.reason;
  };
  const id = await call();

  assert.equal(await refused([], { act: "take" }), "no tickets");
  assert.equal(await refused(["1; drop table"], { act: "take" }), "no tickets");
  const many = Array.from({ length: mostInBulk + 1 }, (_, n) => String(n + 1));
  assert.equal(await refused(many, { act: "resolve" }), "too many");
  assert.equal(await refused([id], { act: "move", queueId: "999999" }), "no such queue");
  assert.equal(await refused([id], { act: "tag", name: " " }), "no tag name");
});

test("500 tickets at once are one short transaction, and two bulks across each other do not lock up", async () => {
  const first = await call();
  await db.raw(
    `insert into tickets (queue_id, channel, key_id, sealed_subject, our_turn_since)
     select queue_id, channel, key_id, sealed_subject, now() from tickets, generate_series(1, 499) where id = ?`,
    [first],
  );
  const ids: string[] = await db("tickets").orderBy("id", "desc").limit(500).pluck("id");
  const german = (await listQueues(db)).find(({ language }) => language === "de")?.id ?? "";

  await Promise.all([
    runBulk(db, ids, { act: "resolve" }, staff.nina),
    runBulk(db, ids.toReversed(), { act: "move", queueId: german }, staff.ilse),
    runBulk(db, ids, { act: "tag", name: "many" }, staff.ilse),
  ]);

  const rows = await db("tickets").whereIn("id", ids).distinct("status", "queue_id");
  assert.deepEqual(rows, [{ status: "resolved", queue_id: german }]);
});

test("undo says why it does not: too late, twice, changed since, by nobody", async () => {
  const id = await call();
  await takeTicket(db, id, staff.nina);
  await closeTicket(db, id, staff.nina, "resolved");
  const events = await db("ticket_events").where({ ticket_id: id }).orderBy("id").select("id", "action");
  const [opened, taken, closed] = events.map((event) => event.id);
  assert.deepEqual(
    await undoOutlook(db, id),
    new Map([
      [taken, null],
      [closed, null],
    ]),
  );
  const undo = async (event: string) => {
    const result = await undoEvent(db, vault, event, staff.ilse);
    return result.ok ? "undone" : result.reason;
  };

  assert.equal(await undo(opened), "nothing to undo");
  assert.equal(await undo(taken), "undone");
  assert.equal(await undo(taken), "undone already");
  await db("ticket_events")
    .where({ id: closed })
    .update({ created_at: db.raw("now() - interval '10 minutes'") });
  assert.equal(await undo(closed), "too late");
  await db("ticket_events").where({ id: closed }).update({ created_at: db.fn.now(), staff_id: null });
  assert.equal(await undo(closed), "by the desk itself");
  await db("ticket_events").where({ id: closed }).update({ staff_id: staff.nina });
  await closeTicket(db, id, staff.nina, "spam");
  assert.equal(await undo(closed), "changed since");
  assert.equal(await undo("999999"), "not there");
  assert.equal(await undo("x"), "not there");
});

test("of two undos at once one counts", async () => {
  const id = await call();
  await closeTicket(db, id, staff.nina, "resolved");
  const event = await db("ticket_events").where({ ticket_id: id, action: "closed" }).first("id");

  const results = await Promise.all([1, 2, 3].map(() => undoEvent(db, vault, event.id, staff.ilse)));

  assert.equal(results.filter(({ ok }) => ok).length, 1);
});

async function call(): Promise<string> {
  const told = {
    channel: "phone",
    subject: "A call",
    text: "It is broken",
    language: "en",
    queueId: null,
  } as const;
  return await openByHand(db, vault, { ...told, address: null, staffId: staff.nina });
}
