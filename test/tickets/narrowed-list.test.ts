import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, test } from "node:test";
import { seededRandom } from "#src/demo/reports/seeded-random.ts";
import { printQuery } from "#src/search/print-query.ts";
import { readQuery } from "#src/search/read-query.ts";
import { searchTickets } from "#src/search/search-tickets.ts";
import { createStaff } from "#src/staff/create-staff.ts";
import { listTickets } from "#src/tickets/list.ts";
import { listAsSearch } from "#src/tickets/list-as-search.ts";
import { listTicketIds } from "#src/tickets/list-ids.ts";
import { readListPage } from "#src/tickets/list-page-rows.ts";
import { filterOf, ListQuery } from "#src/tickets/list-query.ts";
import { mergeTickets } from "#src/tickets/merge.ts";
import type { TicketCursor, TicketFilter } from "#src/tickets/ticket-filter.ts";
import { createVault } from "#src/vault/vault.ts";
import { createTestDatabase } from "#test/support/postgres.ts";
import { randomArchive } from "#test/support/random-archive.ts";

// WHISPERDESK_SEARCH_SEED to repeat one.
const seed = process.env.WHISPERDESK_SEARCH_SEED ?? String(Math.floor(Math.random() * 1e9));
const random = seededRandom(`lists ${seed}`);
const tickets = 80;
const lists = Number(process.env.WHISPERDESK_SEARCH_QUERIES ?? 120);

const vault = createVault(randomBytes(32));
const { db } = await createTestDatabase({ after });
const account = await createStaff(db, { name: "nina", role: "help_desk", password: "correct horse battery" });
assert.ok(account.ok);
const asker = { staffId: account.staff.id, now: new Date("2026-11-20T12:00:00Z") };
const archive = randomArchive({ db, vault, staffId: asker.staffId, now: asker.now, random });
for (let number = 0; number < tickets; number += 1) await archive.makeTicket();
const queues: { id: string; name: string }[] = await db("queues").select("id", "name");
const [target, source] = archive.plain.map(({ id }) => id);
const merged = await mergeTickets(db, {
  sourceId: source ?? "",
  targetId: target ?? "",
  staffId: asker.staffId,
  twoAddressesAgreed: true,
});
assert.ok(merged.ok);
await db.raw("vacuum analyze");

test(`${lists} random lists narrowed by random searches hold what the list and the search have in common, in the order of the list (seed ${seed})`, async () => {
  let [some, said, phrases] = [0, 0, 0];
  for (let number = 0; number < lists; number += 1) {
    const typed = printQuery({ node: archive.randomQuery(), sort: "newest" });
    const asked = randomList(typed);
    const told = `${JSON.stringify(asked)} (seed ${seed})`;
    const whole = await filterFor({ ...asked, q: null });
    const narrowed = await filterFor(asked);

    const inList = (await listTicketIds(db, vault, whole.filter, 1000)).ids;
    const found = new Set(await idsOfSearch(typed));
    const expected = inList.filter((id) => found.has(id));
    assert.deepEqual(await pagesOf(narrowed.filter, 7), expected, told);
    assert.deepEqual(
      await listTicketIds(db, vault, narrowed.filter, 1000),
      { ids: expected, isMore: false, stoppedAt: null },
      told,
    );
    const first = await listTickets(db, vault, narrowed.filter, null);
    assert.deepEqual(
      first.tickets.map(({ id }) => id),
      expected.slice(0, 50),
      told,
    );

    const queueName = queues.find(({ id }) => id === asked.queue)?.name;
    const search = listAsSearch(asked, queueName, narrowed.search);
    if (search) assert.deepEqual((await idsOfSearch(search)).toSorted(), expected.toSorted(), search);
    if (expected.length > 0) some += 1;
    if (search) said += 1;
    if (narrowed.filter.search?.logPhrases) phrases += 1;
  }
  // A test in which nearly all lists are empty would compare little.
  assert.ok(some > lists * 0.3 && said > lists * 0.4 && phrases > 0, `${some}, ${said}, ${phrases}`);
});

test("a list as a search: what the language cannot say has no link, and names are quoted", () => {
  const asked = (more: Partial<ListQuery>) => ({ ...ListQuery.parse({}), ...more });
  const said = (more: Partial<ListQuery>, queue?: string, q?: string) => {
    const read = q === undefined ? null : readQuery(q);
    return listAsSearch(asked(more), queue, read?.ok ? read.query : null);
  };

  assert.equal(said({}), "is:our-turn");
  assert.equal(said({ status: "any" }), null);
  assert.equal(
    said({ queue: "1", owner: "me", tag: ["black screen", "wifi"], priority: "high" }, "Deutsch und mehr"),
    'is:our-turn queue:"Deutsch und mehr" owner:me tag:"black screen" tag:wifi priority:high',
  );
  assert.equal(said({ status: "spam" }, undefined, "a or b"), "is:spam (a or b)");
  assert.equal(said({ status: "spam" }, undefined, 'a log:"GPU hang"'), 'is:spam a log:"GPU hang"');
  assert.equal(said({ status: "any" }, undefined, "wifi sort:oldest"), "wifi");
  assert.equal(said({ version: "6.1" }), null);
  assert.equal(said({ workaround: "yes" }), null);
  assert.equal(said({ queue: "99" }), null);
  assert.equal(said({ tag: ['the "new" one'] }), null);
});

function randomList(q: string): ListQuery {
  const pick = <Item>(items: readonly Item[]) => items[random.below(items.length)] as Item;
  const sometimes = <Value>(value: Value) => (random.below(100) < 20 ? value : null);
  return ListQuery.parse({
    status: pick(["our_turn", "any", "any", "resolved", "spam", "waiting_for_fix"]),
    queue: sometimes(pick(queues).id),
    owner: sometimes("me"),
    tag: sometimes(pick(["wifi", "printing", "wifi,black screen"])) ?? undefined,
    priority: sometimes(pick(["low", "normal", "high"])),
    sort: sometimes("priority"),
    q,
  });
}

async function filterFor(asked: ListQuery) {
  const read = await filterOf(db, vault, asked, asker);
  assert.ok(read.ok, JSON.stringify(asked));
  return read;
}

async function idsOfSearch(typed: string): Promise<string[]> {
  const read = readQuery(typed);
  assert.ok(read.ok, typed);
  const found = await searchTickets(db, vault, read.query, { asker, perPage: 1000 });
  assert.ok(found.ok, typed);
  return found.ids;
}

/** All of a list, page after page. */
async function pagesOf(filter: TicketFilter, perPage: number): Promise<string[]> {
  const ids: string[] = [];
  let after: TicketCursor | null = null;
  for (;;) {
    const page: { rows: { id: string }[]; next: TicketCursor | null } = await readListPage(
      db,
      vault,
      filter,
      after,
      perPage,
      async (_reader, rows) => await rows,
    );
    ids.push(...page.rows.map(({ id }) => id));
    after = page.next;
    if (!after) return ids;
  }
}
