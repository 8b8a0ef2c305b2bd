import assert from "node:assert/strict";
import { after, test } from "node:test";
import { readSnippets } from "#src/search/read-found.ts";
import { readQuery } from "#src/search/read-query.ts";
import { reindexBehind, startKeyRotation } from "#src/search/rotate-key.ts";
import { searchTickets } from "#src/search/search-tickets.ts";
import { openByHand } from "#src/tickets/open-by-hand.ts";
import { setWorkaround } from "#src/tickets/set-facts.ts";
import { undoEvent } from "#src/tickets/undo.ts";
import { startShiftDesk } from "#test/support/shift-desk.ts";

const desk = await startShiftDesk({ after });
const { db, vault, staff } = desk;

test("a workaround is found by its words as messages are, its own words first, and marked in the result", async () => {
  const id = await call("The screen stays black");
  await setWorkaround(db, vault, id, staff.nina, "She boots with nomodeset from the kitchen");

  assert.deepEqual(await find("nomodeset"), [id]);
  assert.deepEqual(await find("black booting"), [id], "one word in a message, another in the workaround");
  assert.deepEqual(await find('"nomodeset from the kitchen"'), [id]);
  assert.deepEqual(await find("black -nomodeset"), []);
  const document = await db("search_documents").where({ ticket_id: id, message_id: null }).first("words");
  assert.doesNotMatch(document.words, /nomodeset|kitchen/);
  assert.match(document.words, /:\d+A/);
  const snippet = (await readSnippets(db, vault, [id], ["nomodeset"])).get(id);
  assert.equal(snippet?.where, "Workaround");
});

test("another workaround takes its place, none takes it away, and an undo brings it back", async () => {
  const id = await call("No sound");
  await setWorkaround(db, vault, id, staff.nina, "headphones");
  await setWorkaround(db, vault, id, staff.nina, "loudspeakers");
  assert.deepEqual([await find("headphones"), await find("loudspeakers")], [[], [id]]);

  await undoLast(id);
  assert.deepEqual([await find("headphones"), await find("loudspeakers")], [[id], []]);

  await setWorkaround(db, vault, id, staff.nina, null);
  assert.deepEqual(await find("headphones"), []);
  assert.equal((await db("search_documents").where({ ticket_id: id, message_id: null })).length, 0);
  await undoLast(id);
  assert.deepEqual(await find("headphones"), [id]);
});

test("it is written with the ticket or not at all", async () => {
  const id = await call("No keyboard");
  await db.raw("alter table search_documents add constraint broken check (message_id is not null) not valid");

  await assert.rejects(setWorkaround(db, vault, id, staff.nina, "an old keyboard"), /broken/);

  await db.raw("alter table search_documents drop constraint broken");
  assert.equal((await db("tickets").where({ id }).first("sealed_workaround")).sealed_workaround, null);
});

test("it is found also after the key of the index was changed", async () => {
  const id = await call("No Wi-Fi");
  await setWorkaround(db, vault, id, staff.nina, "tethering");

  assert.equal(await startKeyRotation(db, vault), true);
  while ((await reindexBehind(db, vault, 50)) > 0);

  assert.deepEqual(await find("tethering"), [id]);
  assert.deepEqual(await db("search_documents").where({ generation: 1 }), []);
});

async function call(text: string): Promise<string> {
  const told = { channel: "phone", subject: "A call", language: "en", queueId: null } as const;
  return await openByHand(db, vault, { ...told, text, address: null, staffId: staff.nina });
}

async function find(text: string): Promise<string[]> {
  const query = readQuery(text);
  assert.ok(query.ok);
  const found = await searchTickets(db, vault, query.query, {
    asker: { staffId: staff.nina, now: new Date() },
  });
  assert.ok(found.ok);
  return found.ids;
}

async function undoLast(id: string): Promise<void> {
  const event = await db("ticket_events").where({ ticket_id: id }).orderBy("id", "desc").first("id");
  assert.equal((await undoEvent(db, vault, event.id, staff.ilse)).ok, true);
}
