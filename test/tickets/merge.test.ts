import assert from "node:assert/strict";
import { after, test } from "node:test";
import { recipientOf } from "#src/outbox/recipient.ts";
import { findTicket } from "#src/tickets/find.ts";
import { linkedTickets, linkTickets, unlinkTickets } from "#src/tickets/links.ts";
import { mergeTickets } from "#src/tickets/merge.ts";
import { mergedInto } from "#src/tickets/merged-into.ts";
import { addNote } from "#src/tickets/note.ts";
import { openByHand } from "#src/tickets/open-by-hand.ts";
import { readReport } from "#src/tickets/read-report.ts";
import { replyToTicket } from "#src/tickets/reply.ts";
import { waitForUser } from "#src/tickets/snooze.ts";
import { splitMessages } from "#src/tickets/split.ts";
import { takeTicket } from "#src/tickets/take.ts";
import { readThread } from "#src/tickets/thread.ts";
import { undoEvent } from "#src/tickets/undo.ts";
import { mergesOf, unmergeTickets } from "#src/tickets/unmerge.ts";
import { eventWords } from "#src/tickets/words.ts";
import { plainMail } from "#test/support/intake.ts";
import { dumpTickets, frenchReport, mailWithKey, startShiftDesk } from "#test/support/shift-desk.ts";

const desk = await startShiftDesk({ after });
const { db, vault, staff } = desk;
const merge = (sourceId: string, targetId: string, twoAddressesAgreed = false) =>
  mergeTickets(db, { sourceId, targetId, staffId: staff.nina, twoAddressesAgreed });

test("a merge puts messages, keys and whose turn it is on one ticket, and the other refuses all acts", async () => {
  const [asked = "", again = ""] = await desk.tickets(
    await mailWithKey(),
    plainMail({ from: "lea@example.org" }),
  );
  await waitForUser(db, again, staff.nina);

  const result = await merge(asked, again);

  assert.ok(result.ok);
  const ticket = await findTicket(db, vault, again);
  assert.equal(ticket?.message_count, 2);
  assert.equal(ticket?.status, "open", "who waited on the one waits on the other");
  assert.equal((await recipientOf(db, vault, again))?.mayGetClear, false);
  assert.equal((await findTicket(db, vault, asked))?.merged_into, again);
  assert.equal(await takeTicket(db, asked, staff.nina), false);
  const answer = {
    ticketId: asked,
    staffId: staff.nina,
    text: "Hello",
    clearAgreed: true,
    seenMessageId: null,
  };
  assert.equal(await replyToTicket(db, vault, answer), "changed");
  assert.equal((await mergesOf(db, again))[0]?.source_id, asked);
});

test("with itself, in a circle, twice, with nothing: no merge, and nothing changes", async () => {
  const [one, two, three] = [await call(), await call(), await call()];
  assert.ok((await merge(one, two)).ok);
  assert.ok((await merge(two, three)).ok);
  const before = await dumpTickets(desk, [one, two, three]);
  const reasonOf = async (source: string, target: string) => {
    const result = await merge(source, target);
    return result.ok ? "merged" : result.reason;
  };

  assert.equal(await reasonOf(three, three), "itself");
  assert.equal(await reasonOf(three, one), "circle");
  assert.equal(await reasonOf(three, two), "circle");
  assert.equal(await reasonOf(one, three), "merged already");
  assert.equal(await reasonOf(one, two), "merged already");
  assert.equal(await reasonOf(await call(), one), "merged already");
  assert.equal(await reasonOf(three, "999999"), "not there");
  assert.equal(await reasonOf(three, "1 or 1=1"), "not there");
  assert.deepEqual(await dumpTickets(desk, [one, two, three]), before);
  assert.equal(await mergedInto(db, one), three);
});

test("tickets of two people are merged only when somebody says that they are one, and keys stay where they were", async () => {
  const [lea = "", paul = ""] = await desk.tickets(
    await mailWithKey(),
    plainMail({ from: "paul@example.org" }),
  );

  assert.deepEqual(await merge(lea, paul), { ok: false, reason: "two people" });
  assert.ok((await merge(lea, paul, true)).ok);

  const recipient = await recipientOf(db, vault, paul);
  assert.equal(recipient?.address, "paul@example.org");
  assert.equal(recipient?.confirmed, null, "an answer to one is never encrypted to the key of another");
});

test("a chain of merges is taken apart from its end, and what came meanwhile stays where it came", async () => {
  const [one, two, three] = [await call(), await call(), await call()];
  const first = await merge(one, two);
  const second = await merge(two, three);
  assert.ok(first.ok && second.ok);

  assert.deepEqual(await unmergeTickets(db, first.mergeId, staff.nina), {
    ok: false,
    reason: "merged further",
  });
  await takeTicket(db, three, staff.ilse);
  assert.ok((await unmergeTickets(db, second.mergeId, staff.nina)).ok);
  assert.ok((await unmergeTickets(db, first.mergeId, staff.nina)).ok);
  assert.deepEqual(await unmergeTickets(db, first.mergeId, staff.nina), {
    ok: false,
    reason: "taken apart already",
  });

  for (const id of [one, two, three]) assert.equal((await findTicket(db, vault, id))?.message_count, 1);
  assert.equal((await findTicket(db, vault, three))?.owner_name, "ilse");
});

test("two merges across each other at once: one wins, and nothing is stuck or lost", async () => {
  const [one, two] = [await call(), await call()];

  const results = await Promise.all([merge(one, two), merge(two, one), merge(one, two)]);

  assert.equal(results.filter(({ ok }) => ok).length, 1);
  const counts = await db("tickets")
    .whereIn("id", [one, two])
    .orderBy("message_count")
    .pluck("message_count");
  assert.deepEqual(counts, [0, 2]);
});

test("a report that is sent again finds the ticket on which the first one stands now", async (t) => {
  const own = await startShiftDesk(t);
  const [report = "", other = ""] = await own.tickets(frenchReport(), plainMail());
  const { nina } = own.staff;
  const merged = { sourceId: report, targetId: other, staffId: nina, twoAddressesAgreed: true };
  assert.ok((await mergeTickets(own.db, merged)).ok);

  await own.deliver(Buffer.concat([Buffer.from("X-Received: again\r\n"), frenchReport()]));

  assert.equal((await findTicket(own.db, own.vault, other))?.message_count, 3);
  assert.equal((await findTicket(own.db, own.vault, report))?.message_count, 0);
});

test("no message can be put on a merged ticket by who looked a moment too early", async () => {
  const [one, two] = [await call(), await call()];
  assert.ok((await merge(one, two)).ok);

  const late = db("tickets")
    .where({ id: one })
    .update({ message_count: db.raw("message_count + 1") });

  await assert.rejects(late, /tickets_merged_is_closed_and_empty/);
});

test("a split message is a ticket of its own: sealed anew, with report, files, mail, search and a key to answer", async () => {
  const [report = "", withKey = ""] = await desk.tickets(frenchReport(), await mailWithKey());
  assert.ok((await merge(withKey, report, true)).ok);
  const messages = await messagesOf(report);
  const [split] = messages;
  const before = await dumpTickets(desk, [report]);
  const oldKey = (await db("messages").where({ id: split?.id }).first("key_id")).key_id;

  const result = await splitMessages(db, vault, {
    ticketId: report,
    messageIds: [split?.id ?? ""],
    staffId: staff.nina,
  });

  assert.ok(result.ok);
  const ticket = await findTicket(db, vault, result.ticketId);
  assert.equal(ticket?.subject, "Écran noir après le démarrage");
  assert.equal(ticket?.model, "Portable Zéphyr 13");
  assert.equal(ticket?.message_count, 1);
  assert.equal((await messagesOf(result.ticketId))[0]?.content.text, split?.content.text);
  assert.ok(await readReport(db, vault, result.ticketId));
  const row = await db("messages").where({ id: split?.id }).first("key_id", "mail_id");
  assert.notEqual(row.key_id, oldKey);
  assert.equal((await db("mails").where({ id: row.mail_id }).first("key_id")).key_id, row.key_id);
  // Forgetting the first ticket leaves the second readable.
  const [document] = await db("search_documents").where({ message_id: split?.id });
  assert.equal(document.ticket_id, result.ticketId);

  const event = await db("ticket_events").where({ ticket_id: report, action: "split" }).first("id");
  assert.equal((await undoEvent(db, vault, event.id, staff.ilse)).ok, true);
  assert.deepEqual(await dumpTickets(desk, [report]), before);
});

test("a split takes the file of its message along, and a stranger's key is not taken for the person's own", async () => {
  const [ticket = ""] = await desk.tickets(plainMail({ from: "lea@example.org" }));
  const [stranger = ""] = await desk.tickets(await mailWithKey("mallory@example.net"));
  await db("messages")
    .where({ ticket_id: stranger })
    .update({ marks: ["another address"] });
  assert.ok((await merge(stranger, ticket, true)).ok);
  await db("offered_keys").where({ ticket_id: stranger }).update({ ticket_id: ticket });
  const [first, withFile] = await messagesOf(ticket);

  const own = await splitMessages(db, vault, {
    ticketId: ticket,
    messageIds: [first?.id ?? ""],
    staffId: staff.nina,
  });
  assert.ok(own.ok);
  assert.equal((await recipientOf(db, vault, own.ticketId))?.confirmed, null);
  assert.deepEqual(await db("offered_keys").where({ ticket_id: own.ticketId }), []);
  const only = await splitMessages(db, vault, {
    ticketId: ticket,
    messageIds: [withFile?.id ?? ""],
    staffId: staff.nina,
  });
  assert.deepEqual(only, { ok: false, reason: "nothing left" });
  assert.equal(withFile?.attachments.length, 1);
});

test("several messages become one ticket in their order, each sealed anew, and one undo brings all of them back", async () => {
  const told = [await call("The first call"), await call("The second"), await call("The third")];
  const [ticket = "", second = "", third = ""] = told;
  assert.ok((await merge(second, ticket)).ok);
  assert.ok((await merge(third, ticket)).ok);
  const messages = await messagesOf(ticket);
  const before = await dumpTickets(desk, [ticket]);
  const [one, , three] = messages;
  const keysBefore = await keysOf(messages);

  // Chosen in another order than they came.
  const chosen = [three?.id ?? "", one?.id ?? ""];
  const result = await splitMessages(db, vault, {
    ticketId: ticket,
    messageIds: chosen,
    staffId: staff.nina,
  });

  assert.ok(result.ok);
  const moved = await messagesOf(result.ticketId);
  assert.deepEqual(
    moved.map(({ content }) => content.text),
    ["The first call", "The third"],
  );
  const made = await findTicket(db, vault, result.ticketId);
  assert.equal(made?.message_count, 2);
  assert.deepEqual(made?.opened_at, moved[0]?.created_at, "the person waits since the first of them");
  assert.equal((await findTicket(db, vault, ticket))?.message_count, 1);
  assert.equal(new Set(await keysOf(moved)).size, 1);
  for (const key of await keysOf(moved)) assert.equal(keysBefore.includes(key), false);
  const story = await readThread(db, vault, result.ticketId);
  const line = story.find((item) => item.type === "event" && item.event.action === "split_from");
  assert.ok(line?.type === "event");
  assert.match(eventWords(line.event), /made this ticket from 2 messages of/);

  const event = await db("ticket_events").where({ ticket_id: ticket, action: "split" }).first("id");
  assert.equal((await undoEvent(db, vault, event.id, staff.ilse)).ok, true);
  assert.deepEqual(await dumpTickets(desk, [ticket]), before);
  assert.deepEqual(await keysOf(await messagesOf(ticket)), keysBefore);
});

test("a split of all messages, of an answer, of two people's messages or of none is refused, and nothing changes", async () => {
  const [lea = "", paul = ""] = await desk.tickets(
    plainMail({ from: "lea@example.org" }),
    plainMail({ from: "paul@example.org" }),
  );
  assert.ok((await merge(paul, lea, true)).ok);
  const third = await call("A third thing");
  assert.ok((await merge(third, lea)).ok);
  const note = await addNote(db, vault, { ticketId: lea, staffId: staff.nina, text: "Two things" });
  const before = await dumpTickets(desk, [lea]);
  const ids = (await messagesOf(lea)).map(({ id }) => id).filter((id) => id !== note);
  const [hers = "", his = ""] = ids;
  const reasonOf = async (messageIds: string[]) => {
    const result = await splitMessages(db, vault, { ticketId: lea, messageIds, staffId: staff.nina });
    return result.ok ? "split" : result.reason;
  };

  assert.equal(await reasonOf([]), "none chosen");
  assert.equal(await reasonOf([hers, his]), "several people");
  assert.equal(await reasonOf([hers, note]), "not from a user");
  assert.equal(await reasonOf([hers, "999999"]), "not there");
  assert.equal(await reasonOf([hers, "1 or 1=1"]), "not there");
  const lone = await call("All of it");
  const [only] = await messagesOf(lone);
  assert.deepEqual(
    await splitMessages(db, vault, {
      ticketId: lone,
      messageIds: [only?.id ?? "", only?.id ?? ""],
      staffId: staff.nina,
    }),
    { ok: false, reason: "nothing left" },
  );
  assert.deepEqual(await dumpTickets(desk, [lea]), before);
});

test("a split that somebody has worked on is not undone", async () => {
  const [one, two] = [await call(), await call()];
  assert.ok((await merge(one, two)).ok);
  const [message] = await messagesOf(two);
  const split = await splitMessages(db, vault, {
    ticketId: two,
    messageIds: [message?.id ?? ""],
    staffId: staff.nina,
  });
  assert.ok(split.ok);
  await takeTicket(db, split.ticketId, staff.ilse);
  const event = await db("ticket_events").where({ ticket_id: two, action: "split" }).first("id");

  assert.deepEqual(await undoEvent(db, vault, event.id, staff.nina), { ok: false, reason: "changed since" });
});

test("two linked tickets both tell it, and one undo takes it from both", async () => {
  const [one, two] = [await call(), await call()];
  assert.deepEqual(await linkTickets(db, one, one, staff.nina), { ok: false, reason: "itself" });
  assert.deepEqual(await linkTickets(db, one, "999999", staff.nina), { ok: false, reason: "not there" });
  assert.deepEqual(await linkTickets(db, two, one, staff.nina), { ok: true, changed: true });
  assert.deepEqual(await linkTickets(db, one, two, staff.nina), { ok: true, changed: false });
  assert.equal((await linkedTickets(db, vault, one))[0]?.id, two);

  const event = await db("ticket_events").where({ ticket_id: one, action: "linked" }).first("id");
  assert.ok((await undoEvent(db, vault, event.id, staff.nina)).ok);

  assert.deepEqual(await linkedTickets(db, vault, two), []);
  const twin = await db("ticket_events").where({ ticket_id: two, action: "linked" }).first("id");
  assert.deepEqual(await undoEvent(db, vault, twin.id, staff.nina), { ok: false, reason: "undone already" });
  assert.deepEqual(await unlinkTickets(db, one, two, staff.nina), { ok: true, changed: false });
});

async function keysOf(messages: { id: string }[]): Promise<string[]> {
  const ids = messages.map(({ id }) => id);
  return await db("messages").whereIn("id", ids).orderBy("id").pluck("key_id");
}

async function call(text = "It is broken"): Promise<string> {
  const told = {
    channel: "phone",
    subject: "A call",
    text,
    language: "en",
    queueId: null,
  } as const;
  return await openByHand(db, vault, { ...told, address: null, staffId: staff.nina });
}

async function messagesOf(ticketId: string) {
  const story = await readThread(db, vault, ticketId);
  const messages = story.flatMap((item) => (item.type === "message" ? [item.message] : []));
  return messages.toSorted((one, other) => Number(one.id) - Number(other.id));
}
