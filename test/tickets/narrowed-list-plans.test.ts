import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, test } from "node:test";
import { readCondition } from "#src/search/read-condition.ts";
import { newestSearchKey } from "#src/search/search-keys.ts";
import { createStaff } from "#src/staff/create-staff.ts";
import { listTickets } from "#src/tickets/list.ts";
import { listTicketIds } from "#src/tickets/list-ids.ts";
import type { TicketCursor, TicketFilter } from "#src/tickets/ticket-filter.ts";
import { addSealingKey } from "#src/vault/sealing-keys.ts";
import { createVault } from "#src/vault/vault.ts";
import { createTestDatabase } from "#test/support/postgres.ts";

const vault = createVault(randomBytes(32));
const { db } = await createTestDatabase({ after });
const account = await createStaff(db, { name: "nina", role: "help_desk", password: "correct horse battery" });
assert.ok(account.ok);
const asker = { staffId: account.staff.id, now: new Date("2026-11-20T12:00:00Z") };
const tickets = 24_000;
await fill();

const searches = [
  "common",
  "rare",
  "common second",
  "left right",
  "common -second",
  "rare or second",
  "common or tails:6.10",
  "-common",
  "common tails:<6.10",
  "rare is:unassigned",
  "tails:6.10",
  "tails:<6.5",
  "owner:me",
  "tag:none",
  "age:>7d",
];
const lists: Partial<TicketFilter>[] = [
  { status: "our_turn" },
  { status: "our_turn", byPriority: true },
  { status: "any" },
  { status: "resolved" },
  { status: "spam" },
  { status: "snoozed" },
  { status: "any", priority: "high" },
  { status: "any", priority: "normal" },
  { status: "any", tagIds: ["1"] },
];

test("a long list narrowed by words is read newest first, page after page, as a reading of all would give it", async () => {
  const narrow = async (q: string, more: Partial<TicketFilter> = {}) => await filterFor(q, more);
  const expect = async (filter: TicketFilter, condition: string) => {
    const { rows } = await db.raw(
      `select id from tickets where ${condition} order by last_message_at desc, id desc limit 150`,
    );
    const expected: string[] = rows.map(({ id }: { id: string }) => id);
    const ids: string[] = [];
    let after: TicketCursor | null = null;
    for (let page = 1; page <= 3; page += 1) {
      const read: Awaited<ReturnType<typeof listTickets>> = await listTickets(db, vault, filter, after);
      ids.push(...read.tickets.map(({ id }) => id));
      after = read.next;
      if (!after) break;
    }
    assert.deepEqual(ids, expected, condition);
  };

  await expect(await narrow("common"), "id % 2 = 0");
  await expect(await narrow("common", { status: "resolved" }), "id % 2 = 0 and status = 'resolved'");
  await expect(await narrow("common tails:6.10"), "id % 2 = 0 and id % 3 = 1");
  await expect(
    await narrow("common -second", { queueId: "2" }),
    "id % 2 = 0 and id % 3 <> 0 and queue_id = 2",
  );
  await expect(await narrow("rare"), "id % 8000 = 1");
  await expect(await narrow("left right"), "false");
});

test("all of a list ends at what was asked for, and says whether there is more", async () => {
  const common = await listTicketIds(db, vault, await filterFor("common"), 500);
  assert.deepEqual([common.ids.length, common.isMore, common.stoppedAt], [500, true, null]);
  const rare = await listTicketIds(db, vault, await filterFor("rare"), 500);
  assert.deepEqual(rare, { ids: ["16001", "8001", "1"], isMore: false, stoppedAt: null });
});

for (const list of lists) {
  test(`no page of the list ${JSON.stringify(list)} scans the archive, whatever narrows it`, async () => {
    for (const q of searches) {
      for (const after of [null, { time: "2026-10-01T00:00:00.000000Z", id: "20000", rank: "1" }]) {
        const filter = await filterFor(q, list);
        const told = `${q} ${JSON.stringify({ list, after })}`;
        for (const { plan, blocks } of await plansOf(() => listTickets(db, vault, filter, after))) {
          assert.doesNotMatch(
            plan,
            /Seq Scan on (?:tickets|search_tickets|ticket_tags|messages)\b/,
            `${told}\n${plan}`,
          );
          assert.ok(blocks < tickets / 5, `${told}: ${blocks} blocks\n${plan}`);
        }
      }
    }
  });
}

async function filterFor(q: string, more: Partial<TicketFilter> = {}): Promise<TicketFilter> {
  const read = await readCondition(db, vault, q, asker);
  assert.ok(read.ok, q);
  return { status: "any", queueId: null, ownerId: null, ...more, search: read.condition };
}

/** The plans of the statements that read tickets, with how many blocks of the database each touched. */
async function plansOf(work: () => Promise<unknown>): Promise<{ plan: string; blocks: number }[]> {
  const asked: { sql: string; bindings: readonly unknown[] }[] = [];
  const keep = (query: { sql: string; bindings: readonly unknown[] }) => {
    if (/from "tickets"/.test(query.sql)) asked.push(query);
  };
  db.on("query", keep);
  await work();
  db.removeListener("query", keep);
  assert.ok(asked.length > 0, "the list asked nothing");
  const client = await db.client.acquireConnection();
  try {
    const plans: { plan: string; blocks: number }[] = [];
    for (const { sql, bindings } of asked) {
      await client.query(
        "begin; set local enable_seqscan = off; set local random_page_cost = 1.1; set local work_mem = '64MB'",
      );
      const { rows } = await client.query(`explain (analyze, buffers, timing off) ${sql}`, bindings);
      await client.query("rollback");
      const plan = rows.map((row: { "QUERY PLAN": string }) => row["QUERY PLAN"]).join("\n");
      const [, hit = "0", read = "0"] = /Buffers: shared(?: hit=(\d+))?(?: read=(\d+))?/.exec(plan) ?? [];
      plans.push({ plan, blocks: Number(hit) + Number(read) });
    }
    return plans;
  } finally {
    await db.client.releaseConnection(client);
  }
}

async function fill(): Promise<void> {
  const key = await newestSearchKey(db, vault);
  const sealing = await addSealingKey(db, vault);
  const hash = (word: string) => `''${key.hash(word)}'':1B`;
  const word = (name: string, condition: string) =>
    `case when ${condition} then '${hash(name)} ' else '' end`;
  await db.transaction(async (trx) => {
    await trx.raw("set local session_replication_role = replica");
    await trx.raw(
      `insert into tickets (id, status, queue_id, language, channel, key_id, sealed_subject, tails_version, priority, opened_at,
         last_message_at, closed_at, closed_by, our_turn_since) overriding system value
       select n, status, 1 + n % 3, 'en', 'mail', :key, :subject, (array['6.9', '6.10', '7.0'])[1 + n % 3],
         case when n % 40 = 0 then 'high' else 'normal' end, at, at,
         case when status <> 'open' then at end, case when status <> 'open' then :staff::bigint end,
         case when status = 'open' then at end
       from (select n, case when n % 50 = 0 then 'open' when n % 20 = 1 then 'spam' else 'resolved' end as status,
               timestamptz '2026-11-01' - (${tickets} - n) * interval '20 minutes' as at
             from generate_series(1, ${tickets}) n) each`,
      {
        key: sealing.id,
        subject: vault.seal(sealing.wrapped_key, "subject", "A report"),
        staff: asker.staffId,
      },
    );
    await trx.raw(
      `insert into search_tickets (ticket_id, last_message_at, words)
       select id, last_message_at, (${word("common", "id % 2 = 0")} || ${word("second", "id % 3 = 0")}
         || ${word("left", "id % 4 = 0")} || ${word("right", "id % 4 = 1")} || ${word("rare", "id % 8000 = 1")})::tsvector
         || (select words from ticket_marks where ticket_id = tickets.id) from tickets`,
    );
    await trx.raw("insert into tags (id, name) overriding system value values (1, 'wifi')");
    await trx.raw("insert into ticket_tags (ticket_id, tag_id) select id, 1 from tickets where id % 100 = 0");
  });
  await db.raw("vacuum analyze");
}
