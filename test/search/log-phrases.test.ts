import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, test } from "node:test";
import { allFound } from "#src/search/all-found.ts";
import type { Place } from "#src/search/page-place.ts";
import { readQuery } from "#src/search/read-query.ts";
import { countTickets, searchTickets } from "#src/search/search-tickets.ts";
import { createStaff } from "#src/staff/create-staff.ts";
import { createVault } from "#src/vault/vault.ts";
import { createTestDatabase } from "#test/support/postgres.ts";
import { storeTicket } from "#test/support/search-archive.ts";

const vault = createVault(randomBytes(32));
const { db } = await createTestDatabase({ after });
const account = await createStaff(db, { name: "nina", role: "help_desk", password: "correct horse battery" });
assert.ok(account.ok);
const staffId = account.staff.id;
const asker = { staffId, now: new Date("2026-11-20T12:00:00Z") };

// All have both words, the oldest alone just so, and two have no logs at all.
const tickets = 310;
const ids: string[] = [];
for (let number = 0; number < tickets; number += 1) {
  const text = number === 0 ? "zing zang" : "zang zing";
  const openedAt = new Date(asker.now.getTime() - (tickets - number) * 60_000);
  const file = { filename: "a.log", text };
  ids.push(
    await storeTicket(
      { db, vault, staffId },
      { openedAt, messages: [{ kind: "from_user", text: "help", createdAt: openedAt, file }] },
    ),
  );
}
const oldest = ids[0] ?? "";
for (let number = 0; number < 2; number += 1) {
  ids.push(
    await storeTicket(
      { db, vault, staffId },
      { openedAt: asker.now, messages: [{ kind: "from_user", text: "help", createdAt: asker.now }] },
    ),
  );
}

test("a page opens the logs of 300 tickets, says that more may be found, and the next one goes on there", async () => {
  const first = await find('log:"zing zang"');

  assert.deepEqual([first.ids, first.opened, first.hits, first.isAtMost], [[], 300, tickets, true]);
  assert.ok(first.next);
  const second = await find('log:"zing zang"', first.next);
  assert.deepEqual([second.ids, second.opened, second.next], [[oldest], 10, null]);
});

test("when all were looked at, the number and the facets are those of what was found", async () => {
  const found = await find(`log:"zing zang" opened:2026-11-20 -from:known sort:oldest`);
  assert.equal(found.isAtMost, true);

  const few = await find(`log:"zing zang" -(log:"zang zing" or has:email)`, null, 1000);
  assert.equal(few.isAtMost, true, "300 were not enough");
  assert.deepEqual((await find(`log:"zing zang" age:>309min`)).facets.status, [{ value: "new", tickets: 1 }]);
  assert.deepEqual(hitsOf(await find(`log:"zing zang" age:>309min`)), [1, false, [oldest]]);
  assert.deepEqual(hitsOf(await find(`log:"zing zang" age:>300min`)), [1, false, [oldest]]);
  assert.deepEqual(hitsOf(await find(`log:"zing zang" age:<20min`)), [0, false, []]);
});

test("the logs of a ticket that is found in any case are not opened", async () => {
  const without = await find(`-log:"zang zing"`);
  assert.deepEqual([without.ids.length, without.opened, without.isAtMost], [2, 300, true]);

  const either = await find(`log:"zing zang" or help`);
  assert.deepEqual([either.ids.length, either.opened], [50, 0]);
  assert.ok(either.next);
});

test("what is done with all of them goes on after 300, and a count that opens nothing says at most", async () => {
  const read = readQuery('log:"zing zang"');
  assert.ok(read.ok);

  const all = await allFound(db, vault, read.query, asker, 500);
  assert.deepEqual(all, { ok: true, ids: [oldest], isMore: false, stoppedAt: null });
  assert.deepEqual(await countTickets(db, vault, read.query, asker), { hits: tickets, isAtMost: true });
});

async function find(typed: string, after: Place | null = null, perPage = 50) {
  const read = readQuery(typed);
  assert.ok(read.ok, typed);
  const found = await searchTickets(db, vault, read.query, { asker, after, perPage });
  assert.ok(found.ok, typed);
  return found;
}

function hitsOf({ hits, isAtMost, ids: those }: Awaited<ReturnType<typeof find>>) {
  return [hits, isAtMost, those];
}
