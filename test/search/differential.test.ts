import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, test } from "node:test";
import { seededRandom } from "#src/demo/reports/seeded-random.ts";
import { printQuery } from "#src/search/print-query.ts";
import { readQuery } from "#src/search/read-query.ts";
import { searchTickets } from "#src/search/search-tickets.ts";
import { createStaff } from "#src/staff/create-staff.ts";
import { createVault } from "#src/vault/vault.ts";
import { createTestDatabase } from "#test/support/postgres.ts";
import { randomArchive } from "#test/support/random-archive.ts";
import { matches, piecesOf, splitAll } from "#test/support/search-oracle.ts";

// WHISPERDESK_SEARCH_QUERIES=5000 for the long form; WHISPERDESK_SEARCH_SEED to repeat one.
const many = Number(process.env.WHISPERDESK_SEARCH_QUERIES ?? 500);
const seed = process.env.WHISPERDESK_SEARCH_SEED ?? String(Math.floor(Math.random() * 1e9));
const random = seededRandom(`search ${seed}`);
const tickets = 90;

const vault = createVault(randomBytes(32));
const { db } = await createTestDatabase({ after });
const account = await createStaff(db, { name: "nina", role: "help_desk", password: "correct horse battery" });
assert.ok(account.ok);
const staffId = account.staff.id;
const other = await createStaff(db, { name: "ilse", role: "lead", password: "correct horse battery" });
assert.ok(other.ok);
const now = new Date("2026-11-20T12:00:00Z");
await db("staff").update({ unread_since: "2025-04-01T00:00:00Z" });

const archive = randomArchive({ db, vault, staffId, colleagueId: other.staff.id, now, random });
for (let number = 0; number < tickets; number += 1) await archive.makeTicket();
const { plain } = archive;
await db.raw("vacuum analyze");
const { rows: late } = await db.raw(
  `select from search_tickets join tickets on id = ticket_id
   where search_tickets.last_message_at is distinct from tickets.last_message_at
     or not words @@ month_word(tickets.last_message_at)::tsquery`,
);
assert.equal(late.length, 0, "when a ticket was written to last stands beside its words");

test(`${many} random searches find what a slow and obvious reading of ${tickets} opened tickets finds (seed ${seed})`, async () => {
  const queries = Array.from({ length: many }, () => archive.randomQuery());
  const split = await splitAll(db, [
    ...new Map(queries.flatMap(piecesOf).map((each) => [each.join(" "), each])).values(),
  ]);
  let [found, nothing, everything] = [0, 0, 0];
  for (const node of queries) {
    const typed = printQuery({ node, sort: "newest" });
    const read = readQuery(typed);
    assert.ok(read.ok, `${typed}: ${read.ok ? "" : read.mistake.message}`);
    const result = await searchTickets(db, vault, read.query, { asker: { staffId, now }, perPage: 1000 });
    assert.ok(result.ok, `${typed}: ${result.ok ? "" : result.mistake.message}`);
    const expected = plain.filter((ticket) => matches(node, ticket, { split, me: "nina", now, all: plain }));

    assert.deepEqual(
      result.ids.toSorted(),
      expected.map(({ id }) => id).toSorted(),
      `${typed} (seed ${seed})`,
    );
    found += 1;
    if (expected.length === 0) nothing += 1;
    if (expected.length === tickets) everything += 1;
  }
  assert.equal(found, many);
  // A test in which nearly all searches find nothing, or all, would compare little.
  assert.ok(
    nothing < many * 0.5 && everything < many * 0.3,
    `${nothing} found nothing, ${everything} everything`,
  );
});
