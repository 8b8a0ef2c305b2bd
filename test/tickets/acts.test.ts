import assert from "node:assert/strict";
import { after, test } from "node:test";
import fc from "fast-check";
import { makeItOurTurn } from "#src/tickets/add-message.ts";
import { closeTicket, reopenTicket } from "#src/tickets/close.ts";
import { forwardInside } from "#src/tickets/forward-inside.ts";
import { handOver } from "#src/tickets/hand-over.ts";
import { linkTickets, unlinkTickets } from "#src/tickets/links.ts";
import { mergeTickets, readState } from "#src/tickets/merge.ts";
import { moveTicket } from "#src/tickets/move.ts";
import { addNote } from "#src/tickets/note.ts";
import { openByHand } from "#src/tickets/open-by-hand.ts";
import { replyToTicket } from "#src/tickets/reply.ts";
import { setLastVersion, setPriority, setWorkaround } from "#src/tickets/set-facts.ts";
import { snoozeTicket, waitForFix, waitForUser, wakeSnoozed } from "#src/tickets/snooze.ts";
import { splitMessages } from "#src/tickets/split.ts";
import { tagTicket, untagTicket } from "#src/tickets/tag.ts";
import { mergeTags, tagsOfTicket } from "#src/tickets/tags.ts";
import { giveTicketBack, takeTicket } from "#src/tickets/take.ts";
import { takeAnswerBack } from "#src/tickets/take-answer-back.ts";
import { isStateColumn, priorities, type StateChange } from "#src/tickets/ticket-state.ts";
import { undoEvent } from "#src/tickets/undo.ts";
import { undoOutlook } from "#src/tickets/undo-outlook.ts";
import { mergesOf, unmergeTickets } from "#src/tickets/unmerge.ts";
import { confirmOffered } from "#test/support/cast.ts";
import { plainMail } from "#test/support/intake.ts";
import { dumpTickets, frenchReport, mailWithKey, startShiftDesk } from "#test/support/shift-desk.ts";

const desk = await startShiftDesk({ after });
const { db, vault, staff } = desk;
const people = Object.values(staff);
const queues: string[] = await db("queues").orderBy("id").pluck("id");

/** One thing that somebody may do on one of a few tickets. Numbers choose, modulo what there is. */
type Act = { kind: string; ticket: number; other: number; who: number; choice: number };

const kinds = {
  take: (a) => takeTicket(db, a.ticket, a.who),
  give: (a) => giveTicketBack(db, a.ticket, a.who),
  hand: (a) =>
    handOver(db, vault, { ticketId: a.ticket, staffId: a.who, toStaffId: pick(people, a.choice), note: "" }),
  resolve: (a) => closeTicket(db, a.ticket, a.who, "resolved"),
  spam: (a) => closeTicket(db, a.ticket, a.who, "spam"),
  reopen: (a) => reopenTicket(db, a.ticket, a.who),
  snooze: (a) => snoozeTicket(db, a.ticket, a.who, new Date(Date.now() + 86_400_000 * (1 + (a.choice % 9)))),
  fix: (a) => waitForFix(db, a.ticket, a.who, `https://tracker.example.org/issues/${String(a.choice % 3)}`),
  wait: (a) => waitForUser(db, a.ticket, a.who),
  move: (a) => moveTicket(db, a.ticket, a.who, pick(queues, a.choice)),
  priority: (a) => setPriority(db, a.ticket, a.who, pick(priorities, a.choice)),
  version: (a) => setLastVersion(db, a.ticket, a.who, pick([null, "6.0", "7.3"], a.choice)),
  workaround: (a) =>
    setWorkaround(db, vault, a.ticket, a.who, pick([null, "nomodeset", "an adapter"], a.choice)),
  tag: (a) => tagTicket(db, a.ticket, a.who, pick(["Wi-Fi", "wi-fi", "printer", "boot"], a.choice)),
  untag: async (a) => {
    const tags = await tagsOfTicket(db, a.ticket);
    return tags.length > 0 && (await untagTicket(db, a.ticket, a.who, pick(tags, a.choice).id));
  },
  link: (a) => linkTickets(db, a.ticket, a.other, a.who),
  unlink: (a) => unlinkTickets(db, a.ticket, a.other, a.who),
  merge: (a) =>
    mergeTickets(db, {
      sourceId: a.ticket,
      targetId: a.other,
      staffId: a.who,
      twoAddressesAgreed: a.choice % 2 === 0,
    }),
  split: async (a) => {
    const messages = await db("messages").where({ ticket_id: a.ticket }).orderBy("id").pluck("id");
    if (messages.length === 0) return false;
    // One of them, or every second one.
    const chosen =
      a.choice % 3 === 0
        ? messages.filter((_, place) => place % 2 === a.choice % 2)
        : [pick(messages, a.choice)];
    return await splitMessages(db, vault, { ticketId: a.ticket, messageIds: chosen, staffId: a.who });
  },
} satisfies Record<string, (act: Chosen) => Promise<unknown>>;

/** What cannot be undone from the line of an event, or is none. */
const others = {
  user: async (a) => {
    const row = await db("tickets").where({ id: a.ticket }).first("merged_into");
    if (!row.merged_into) await makeItOurTurn(db, a.ticket);
  },
  wake: async (a) => {
    const aMomentAgo = new Date(Date.now() - 10);
    await snoozeTicket(db, a.ticket, a.who, aMomentAgo, new Date(aMomentAgo.getTime() - 10));
    await wakeSnoozed(db);
  },
  note: async (a) => {
    const row = await db("tickets").where({ id: a.ticket }).first("merged_into");
    if (!row.merged_into)
      await addNote(db, vault, { ticketId: a.ticket, staffId: a.who, text: "Look, @ilse" });
  },
  forward: async (a) => {
    const messages = await db("messages").where({ ticket_id: a.ticket }).orderBy("id").pluck("id");
    if (messages.length === 0) return;
    await forwardInside(db, vault, {
      ticketId: a.ticket,
      staffId: a.who,
      messageId: pick(messages, a.choice),
      toStaffIds: [pick(people, a.choice)],
      note: "",
    });
  },
  unmerge: async (a) => {
    const [merge] = await mergesOf(db, a.ticket);
    return merge && (await unmergeTickets(db, merge.id, a.who));
  },
  undo: async (a) => {
    const events = await db("ticket_events")
      .where({ ticket_id: a.ticket })
      .orderBy("id", "desc")
      .limit(4)
      .pluck("id");
    return await undoEvent(db, vault, pick(events, a.choice), a.who);
  },
  mergeTags: async (a) => {
    const tags = await db("tags").orderBy("id").pluck("id");
    return (
      tags.length > 0 &&
      (await mergeTags(db, pick(tags, a.choice), pick(tags, a.who.length + a.choice + 1), a.who))
    );
  },
} satisfies Record<string, (act: Chosen) => Promise<unknown>>;

type Chosen = { ticket: string; other: string; who: string; choice: number };
const everything: Record<string, (act: Chosen) => Promise<unknown>> = { ...kinds, ...others };

const actOf = (names: string[]) =>
  fc.record({
    kind: fc.constantFrom(...names),
    ticket: fc.nat(3),
    other: fc.nat(3),
    who: fc.nat(2),
    choice: fc.nat(20),
  });
const story = fc.array(actOf(Object.keys(everything)), { maxLength: 12 });
const runs = (numRuns: number) => ({ numRuns, seed: 20261122, endOnFailure: true });

test("whatever is done in whatever order, the constraints hold and the history leads to the present state", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(actOf(Object.keys(everything)), { minLength: 5, maxLength: 16 }),
      async (acts) => {
        const ids = await openSome();

        for (const act of acts) await carryOut(ids, act);

        for (const id of await withSplits(ids)) {
          assert.deepEqual(await replay(id), await presentState(id));
          const { count } = await countMessages(id);
          const row = await db("tickets")
            .where({ id })
            .first("message_count", "merged_into", "sealed_workaround");
          assert.equal(row.message_count, count);
          const findable = await db("search_documents").where({ ticket_id: id }).whereNull("message_id");
          assert.equal(findable.length, row.sealed_workaround ? 1 : 0);
          if (row.merged_into) assert.equal(count, 0);
        }
      },
    ),
    runs(40),
  );
});

test("an act and its undo change nothing at all", async () => {
  await fc.assert(
    fc.asyncProperty(story, actOf(Object.keys(kinds)), async (acts, last) => {
      const ids = await openSome();
      for (const act of acts) await carryOut(ids, act);
      const before = await dumpTickets(desk, ids);
      const newest = await newestEvent();

      await carryOut(ids, last);
      for (const id of await staffEventsSince(newest)) await undoEvent(db, vault, id, staff.adam);

      assert.deepEqual(await dumpTickets(desk, ids), before);
    }),
    runs(60),
  );
});

test("what a line says about undoing it is what undoing it says", async () => {
  const said = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(
      fc.array(actOf(Object.keys(everything)), { minLength: 6, maxLength: 14 }),
      async (acts) => {
        const ids = await openSome();
        for (const act of acts) await carryOut(ids, act);

        for (const id of await withSplits(ids)) {
          for (const [event, outlook] of await undoOutlook(db, id)) {
            assert.equal(await wouldSay(event), outlook);
            said.set(outlook ?? "undone", (said.get(outlook ?? "undone") ?? 0) + 1);
          }
        }
      },
    ),
    runs(25),
  );
  for (const words of ["undone", "undone already", "changed since"]) assert.ok(said.get(words), words);
});

/** What undoing would answer; nothing of it stays. */
async function wouldSay(event: string): Promise<string | null> {
  const undo = await db.transaction();
  try {
    const result = await undoEvent(undo, vault, event, staff.adam);
    return result.ok ? null : result.reason;
  } finally {
    await undo.rollback();
  }
}

test("two tickets that were merged and taken apart are what they were, to the last byte that can be read", async () => {
  let merged = 0;
  const whole = await desk.tickets(
    await mailWithKey(),
    frenchReport(),
    plainMail({ from: "lea@example.org" }),
    plainMail({ from: "omar@example.net" }),
  );
  const [key = "", report = "", again = "", clear = ""] = whole;
  await confirmOffered(desk, key, staff.nina);
  const answer = { staffId: staff.nina, clearAgreed: true, seenMessageId: null };
  await replyToTicket(db, vault, { ...answer, ticketId: key, text: "Encrypted to the key" });
  await replyToTicket(db, vault, { ...answer, ticketId: clear, text: "In clear" });
  await addNote(db, vault, { ticketId: again, staffId: staff.ilse, text: "@nina look at the other one" });
  const tickets = [key, report, again, clear];

  await fc.assert(
    fc.asyncProperty(story, fc.nat(3), fc.nat(3), async (acts, one, other) => {
      const ids = [...tickets, ...(await openSome()).slice(0, 1)];
      for (const act of acts) await carryOut(ids, act);
      const [sourceId, targetId] = [pick(ids, one), pick(ids, other)];
      const before = await dumpTickets(desk, ids);

      const result = await mergeTickets(db, {
        sourceId,
        targetId,
        staffId: staff.nina,
        twoAddressesAgreed: true,
      });
      if (result.ok) {
        merged += 1;
        assert.equal((await unmergeTickets(db, result.mergeId, staff.adam)).ok, true);
      }

      assert.deepEqual(await dumpTickets(desk, ids), before);
    }),
    runs(40),
  );
  assert.ok(merged > 10, `only ${merged} merges took place`);
});

test("an answer that is taken back leaves the ticket as it was, and its text as a draft", async () => {
  await fc.assert(
    fc.asyncProperty(story, async (acts) => {
      const [mail = ""] = await desk.tickets(plainMail({ from: "paul@example.org" }));
      const ids = [mail, ...(await openSome()).slice(1)];
      for (const act of acts.filter(({ kind }) => kind !== "merge")) await carryOut(ids, act);
      const before = await dumpTickets(desk, ids);
      const answer = {
        ticketId: mail,
        staffId: staff.nina,
        text: "Hello",
        clearAgreed: true,
        seenMessageId: null,
      };

      assert.equal(await replyToTicket(db, vault, answer), "queued");
      const { id } = await db("messages").where({ ticket_id: mail, kind: "answer" }).first("id");
      assert.equal((await takeAnswerBack(db, vault, id, staff.nina)).ok, true);

      assert.deepEqual(await dumpTickets(desk, ids), before);
    }),
    runs(10),
  );
});

async function openSome(): Promise<string[]> {
  const told = {
    channel: "phone",
    subject: "A call",
    text: "It is broken",
    language: "en",
    queueId: null,
  } as const;
  const open = (address: string | null) => openByHand(db, vault, { ...told, address, staffId: staff.nina });
  const first = await open("a@example.org");
  // Three messages, so that one or two can be split off.
  const two = await open("b@example.org");
  for (let more = 0; more < 2; more += 1)
    await mergeTickets(db, { sourceId: await open("b@example.org"), targetId: two, staffId: staff.ilse });
  return [first, two, await open(null), await open("a@example.org")];
}

async function carryOut(ids: string[], act: Act): Promise<unknown> {
  const chosen = { ticket: pick(ids, act.ticket), other: pick(ids, act.other), who: pick(people, act.who) };
  return await everything[act.kind]?.({ ...chosen, choice: act.choice });
}

function pick<Item>(items: readonly Item[], number: number): Item {
  const item = items[number % items.length];
  if (item === undefined) throw new Error("Nothing to choose from");
  return item;
}

async function replay(ticketId: string): Promise<StateChange> {
  const events = await db("ticket_events")
    .where({ ticket_id: ticketId })
    .orderBy("id")
    .select("before", "after");
  const state: StateChange = {};
  for (const { before, after } of events) {
    for (const [key, value] of Object.entries<StateChange[string]>(before ?? {})) {
      if (!key.startsWith("person_queue:"))
        assert.equal(state[key] ?? false, value ?? false, `before: ${key}`);
    }
    Object.assign(state, after);
  }
  return present(state);
}

async function presentState(ticketId: string): Promise<StateChange> {
  const state = { ...(await readState(db, ticketId)) };
  const links = await db("ticket_links").where({ low_id: ticketId }).orWhere({ high_id: ticketId });
  for (const { low_id, high_id } of links) state[`link:${low_id === ticketId ? high_id : low_id}`] = true;
  for (const id of await db("ticket_merges")
    .where({ target_id: ticketId, taken_apart_at: null })
    .pluck("source_id")) {
    state[`holds:${id}`] = true;
  }
  return present(state);
}

/** A tag that was taken off is as one that was never there; splits are told by the new ticket. */
function present(state: StateChange): StateChange {
  const entries = Object.entries(state).filter(
    ([key, value]) => isStateColumn(key) || (value === true && /^(tag|link|holds):/.test(key)),
  );
  return Object.fromEntries(entries.sort(([one], [other]) => one.localeCompare(other)));
}

async function withSplits(ids: string[]): Promise<string[]> {
  const split: { detail: { ticket: string } }[] = await db("ticket_events")
    .whereIn("ticket_id", ids)
    .where({ action: "split" })
    .select("detail");
  return [...ids, ...split.map(({ detail }) => detail.ticket)];
}

async function countMessages(ticketId: string): Promise<{ count: number }> {
  const row = await db("messages").where({ ticket_id: ticketId }).count("* as count").first();
  return { count: Number(row?.count) };
}

async function newestEvent(): Promise<string> {
  return (await db("ticket_events").max("id as id").first())?.id;
}

async function staffEventsSince(id: string): Promise<string[]> {
  return await db("ticket_events")
    .where("id", ">", id)
    .whereNotNull("before")
    .orderBy("id", "desc")
    .pluck("id");
}
