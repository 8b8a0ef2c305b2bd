import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, test } from "node:test";
import pg from "pg";
import type { Database } from "#src/database.ts";
import { lookFromEnd } from "#src/search/newest-windows.ts";
import type { Place } from "#src/search/page-place.ts";
import { readQuery } from "#src/search/read-query.ts";
import { newestSearchKey } from "#src/search/search-keys.ts";
import { searchTickets } from "#src/search/search-tickets.ts";
import { createStaff } from "#src/staff/create-staff.ts";
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

test("a frequent word is found in the newest months, and gives what a reading of all would give", async () => {
  const statements = await statementsWith("common", { value: "2026-10-30T00:00:00.000000Z", id: "1" });
  assert.ok(statements.some(({ values }) => values.some((value) => String(value).includes("'m202"))));

  const found = await search("common");
  assert.equal(found.isMore, true);
  assert.equal(found.hits, 10_000);
  assert.deepEqual(found.ids, await expected("id % 2 = 0", "desc", 0));
  let page = found;
  for (let number = 1; number <= 3; number += 1) {
    assert.ok(page.next);
    page = await search("common", page.next);
    assert.deepEqual(page.ids, await expected("id % 2 = 0", "desc", number * 50));
  }
  assert.deepEqual((await search("common sort:oldest")).ids, await expected("id % 2 = 0", "asc", 0));
  assert.equal((await search("common tails:6.10")).hits, 4_000);
  assert.deepEqual(
    (await search("common -second")).ids,
    await expected("id % 2 = 0 and id % 3 <> 0", "desc", 0),
  );
});

test("what would take too long is looked for month by month, and nothing is left out or shown twice", async () => {
  for (const [typed, condition, direction] of [
    ["common second", "id % 6 = 0", "desc"],
    ["rare", "id % 8000 = 1", "desc"],
    ["common second sort:oldest", "id % 6 = 0", "asc"],
  ] as const) {
    const shown: string[] = [];
    let [after, pages]: [Place | null, number] = [null, 0];
    do {
      const found = await search(typed, after, { bearable: 0, mostCounted: 1000 });
      shown.push(...found.ids);
      after = found.next;
      pages += 1;
    } while (after);
    const all = await db.raw(
      `select id from tickets where ${condition} order by last_message_at ${direction}, id ${direction}`,
    );
    assert.deepEqual(
      shown,
      all.rows.map(({ id }: { id: string }) => id),
      typed,
    );
    assert.ok(pages > 1, typed);
  }
  const found = await search("rare", null, { bearable: 0, mostCounted: 1000 });
  assert.ok(found.countedSince && found.countedSince > new Date("2026-01-01") && found.hits < 3);
});

test("where the rest takes longer than a statement may, what the newest months gave stays, and the transaction goes on", async () => {
  const sleep = async (trx: Database, words: string) => {
    if (read.push(words) > 1) await trx.raw("select pg_sleep(5)");
    return words;
  };
  const read: string[] = [];
  const look = (bearable: number) =>
    db.transaction(async (trx) => {
      await trx.raw("set local statement_timeout = '100ms'");
      const asked = { end: "newest" as const, from: null, sizes: [1000], bearable };
      const looked = await lookFromEnd(
        trx,
        "'word'",
        asked,
        (words) => sleep(trx, words),
        () => "more",
      );
      return { ...looked, goesOn: (await trx.raw("select 1 as one")).rows[0].one };
    });

  const looked = await look(1e9);
  assert.match(looked.value, /^\('word'\) & \('m2026/);
  assert.ok(looked.upTo && looked.upTo > new Date("2026-01-01"));
  assert.deepEqual([read.length, looked.goesOn], [2, 1]);

  // Where all is wanted, months are not enough.
  read.length = 0;
  await assert.rejects(look(Number.POSITIVE_INFINITY), /statement timeout/);
});

test("a rare word is counted exactly, wherever it stands", async () => {
  const found = await search("rare");

  assert.deepEqual([found.hits, found.isMore], [3, false]);
  assert.deepEqual(found.ids, await expected("id % 8000 = 1", "desc", 0));
  assert.equal((await search("common second")).hits, 4_000);
  assert.equal((await search("rare or second")).hits, 8_002);
});

for (const query of [
  "",
  "common",
  "rare",
  "rare -common",
  "common or tails:6.10",
  "-common",
  "tails:6.10",
  "tails:<6.5",
  "first:6.10",
  "is:our-turn",
  "is:resolved",
  "is:closed -is:spam",
  "owner:me",
  "queue:English is:open",
  "lang:fr",
  "tag:none",
  "from:me@example.org",
  "stick:same-as:5",
  "model:thinkpad",
  "wb:72e11d",
  "opened:2026-10",
  "last:2026-10..",
  "age:>7d",
  "has:logs",
  "answered:<2h",
  "issue:12",
  "issue:tails/tails#12",
  "issue:https://tracker.example.org/tails/tails/-/issues/12",
  "issue:known",
  "issue:none",
  "issue:12 common",
  "is:unread",
  "is:unread common",
  "-is:unread issue:12",
]) {
  test(`no page of “${query}” scans the archive`, async () => {
    const further = await statementsWith(query, { value: "2026-10-30T00:00:00.000000Z", id: "1" });
    for (const { text, values } of [...(await statementsWith(query)), ...further]) {
      const plan = await explain(text, values);
      assert.doesNotMatch(
        plan,
        /Seq Scan on (?:tickets|search_tickets|messages|reports|search_documents)\b/,
        plan,
      );
      if (/words @@/.test(text)) assert.match(plan, /search_tickets_words|search_tickets_pkey/);
    }
  });
}

test("a known issue is found by the index of its numbers or addresses", async () => {
  assert.deepEqual((await search("issue:12")).ids, await expected("issue_number = 12", "desc", 0));
  assert.equal((await search("issue:12")).hits, 240);
  assert.equal((await search("issue:known")).hits, 480);
  assert.equal((await search("issue:none is:our-turn")).hits, 480);

  for (const [query, index] of [
    ["issue:12", /tickets_by_issue_number/],
    ["issue:tails/tails#12", /tickets_by_issue_number/],
    ["issue:https://tracker.example.org/tails/tails/-/issues/12#note_1", /tickets_by_issue_address/],
    ["issue:known", /tickets_with_issue/],
  ] as const) {
    for (const plan of await plansOf(query)) assert.match(plan, index, query);
  }
});

test("what is unread is looked for from the newest on, and not before the account was made", async () => {
  const found = await search("is:unread");

  assert.deepEqual([found.hits, found.isMore], [300, false]);
  assert.deepEqual(found.ids, await expected("id > 23000 and id % 10 < 3", "desc", 0));
  for (const plan of await plansOf("is:unread")) {
    assert.match(plan, /Index (?:Only )?Scan using tickets_by_last_message on tickets/);
    assert.match(plan, /Index Cond: \(last_message_at > /);
    assert.match(plan, /using messages_by_ticket on messages/);
    assert.match(plan, /using ticket_reads_pkey on ticket_reads/);
  }
});

test("what no word leads to is counted exactly up to 10,000, with what all of it has in common, and above with what the newest have", async () => {
  const sum = (facet: { tickets: number }[]) => facet.reduce((all, { tickets }) => all + tickets, 0);
  const counted = async (condition: string, limit: number) => {
    const { rows } = await db.raw(
      `select value, count(*)::int as tickets from (
         select coalesce(tails_version, '') as value from tickets where ${condition}
         order by last_message_at desc, id desc limit ${limit}) each
       where value <> '' group by 1 order by 2 desc, 1`,
    );
    return rows;
  };
  for (const [typed, condition, hits, isMore, faced] of [
    ["tails:6.9", "tails_version = '6.9'", 8_000, false, 8_000],
    ["issue:12", "issue_number = 12", 240, false, 240],
    ["tails:6.1..6.10", "tails_version in ('6.9', '6.10')", 10_000, true, 1_000],
    ["age:>7d", "opened_at < '2026-11-13T12:00:00Z'", 10_000, true, 1_000],
  ] as const) {
    const found = await search(typed);
    assert.deepEqual([found.hits, found.isMore, found.faced], [hits, isMore, faced], typed);
    assert.equal(sum(found.facets.status), faced, typed);
    assert.deepEqual(found.facets.tails, await counted(condition, faced), typed);
    assert.deepEqual(found.ids, await expected(condition, "desc", 0), typed);
  }
  const all = await search("tails:6.9", null, { mostCounted: 8_000 });
  assert.deepEqual([all.hits, all.isMore], [8_000, false]);
  const fewer = await search("tails:6.9", null, { mostCounted: 7_999 });
  assert.deepEqual([fewer.hits, fewer.isMore], [7_999, true]);
});

async function plansOf(query: string): Promise<string[]> {
  return await Promise.all((await statementsWith(query)).map(({ text, values }) => explain(text, values)));
}

for (const query of [
  "has:note",
  "has:attachment",
  "-has:logs",
  "-has:answer",
  "answered:none",
  "answered:<5min",
  "-is:encrypted",
  "lang:fr",
  "channel:phone",
  "stick:none",
  "wb:none",
  "ram:none",
  "has:note tails:6.9",
  "has:answer lang:fr",
]) {
  test(`what hardly a ticket has is found by an index: “${query}”`, async () => {
    const found = await search(query);
    assert.equal(found.hits, query.includes(" ") ? found.hits : 3);

    for (const { text, values } of await statementsWith(query)) {
      const plan = await explain(text, values, "analyze, buffers, timing off");
      const removed = [...plan.matchAll(/Rows Removed by [\w ]+: (\d+)/g)].map(([, rows]) => Number(rows));
      const seen = [...plan.matchAll(/actual rows=([\d.]+) loops=(\d+)/g)].map(
        ([, rows, loops]) => Number(rows) * Number(loops),
      );
      assert.ok(Math.max(0, ...removed, ...seen) < 2_000, plan);
    }
  });
}

test("what most tickets have is read in the months that are shown, from both ends", async () => {
  for (const [typed, direction] of [
    ["lang:en", "desc"],
    ["lang:en sort:oldest", "asc"],
    ["common has:logs sort:oldest", "asc"],
  ] as const) {
    const condition = `id % 8000 <> 7${typed.includes("common") ? " and id % 2 = 0" : ""}`;
    let page = await search(typed);
    for (let number = 0; number < 3; number += 1) {
      assert.deepEqual(page.ids, await expected(condition, direction, number * 50), typed);
      assert.ok(page.next);
      page = await search(typed, page.next);
    }
    // The first page of the newest stands in what is counted.
    const second = { value: "2026-10-30T00:00:00.000000Z", id: "1" };
    const statements = await statementsWith(typed, direction === "desc" ? second : null);
    const asked = statements.filter(({ text }) => /\) page\s+order by/.test(text));
    assert.ok(asked.length > 0);
    for (const { values } of asked)
      assert.ok(
        values.some((value) => String(value).includes("'m202")),
        typed,
      );
  }
});

async function fill(): Promise<void> {
  const key = await newestSearchKey(db, vault);
  const sealing = await addSealingKey(db, vault);
  const hash = (word: string) => `''${key.hash(word)}'':1B`;
  await db.transaction(async (trx) => {
    await trx.raw("set local session_replication_role = replica");
    await trx.raw(
      `insert into tickets (id, status, queue_id, language, channel, key_id, sealed_subject, tails_version, installed_version,
         opened_at, last_message_at, closed_at, closed_by, our_turn_since, issue_address, issue_number) overriding system value
       select n, case when n % 50 = 0 then 'open' else 'resolved' end, 1 + n % 3,
         case when n % 8000 = 7 then 'fr' else 'en' end, case when n % 8000 = 7 then 'phone' else 'mail' end, ?, ?,
         (array['6.9', '6.10', '7.0'])[1 + n % 3], '6.0', at, at, case when n % 50 > 0 then at end,
         case when n % 50 > 0 then ?::bigint end, case when n % 50 = 0 then at end,
         case when n % 50 = 1 then 'tracker.example.org/tails/tails/-/issues/' || 12 + n % 4 / 2 end,
         case when n % 50 = 1 then 12 + n % 4 / 2 end
       from (select n, timestamptz '2026-11-01' - (${tickets} - n) * interval '20 minutes' as at
             from generate_series(1, ${tickets}) n) each`,
      [sealing.id, vault.seal(sealing.wrapped_key, "subject", "A report"), asker.staffId],
    );
    await trx.raw(
      `insert into messages (ticket_id, key_id, kind, sealed_content, created_at)
       select id, key_id, 'from_user', ''::bytea, opened_at from tickets, generate_series(1, 2) order by tickets.id`,
    );
    // The account is as old as the last thousand tickets, and has seen most of them.
    await trx.raw(
      "update staff set unread_since = (select last_message_at from tickets where id = 23000) where id = ?",
      [asker.staffId],
    );
    await trx.raw(
      `insert into ticket_reads (staff_id, ticket_id, last_message_id)
       select ?, ticket_id, case when ticket_id % 10 = 2 then min(id) else max(id) end from messages
       where ticket_id > 20000 and ticket_id % 10 > 1 group by ticket_id`,
      [asker.staffId],
    );
    await trx.raw("update messages set encryption = 'encrypted' where ticket_id % 8000 <> 7");
    await trx.raw(
      `insert into messages (ticket_id, key_id, kind, staff_id, sealed_content, encryption, created_at)
       select id, key_id, 'answer', ?::bigint, '\\x00'::bytea, 'none', opened_at + case when id % 8000 = 9 then interval '1 minute' else interval '1 day' end
         from tickets where id % 8000 <> 7
       union all select id, key_id, 'note', ?::bigint, '\\x00', 'none', opened_at from tickets where id % 8000 = 7`,
      [asker.staffId, asker.staffId],
    );
    await trx.raw(
      `insert into reports (message_id, sealed_report, log_sections, ram_mb)
       select min(id), '', case when ticket_id % 8000 = 7 then 0 else 2 end, case when ticket_id % 8000 <> 7 then 4000 end
       from messages where kind = 'from_user' group by ticket_id`,
    );
    await trx.raw(
      `insert into attachments (message_id, position, sealed_filename, content_type, size_bytes, sealed_bytes)
       select id, 0, '', 'image/png', 1, '' from messages where kind = 'from_user' and ticket_id % 8000 = 7`,
    );
    await trx.raw(
      `update tickets set stick_hash = case when id % 8000 <> 7 then sha256('stick') end, model = 'ThinkPad ' || id % 9,
         whisperback_id = case when id % 8000 <> 7 then lpad(id::text, 32, 'a') end,
         first_answered_at = (select min(created_at) from messages where ticket_id = tickets.id and kind = 'answer')`,
    );
    await trx.raw("analyze");
    await trx.raw(
      `insert into search_tickets (ticket_id, last_message_at, words)
       select id, last_message_at, (case when id % 2 = 0 then '${hash("common")} ' else '' end
         || case when id % 3 = 0 then '${hash("second")} ' else '' end
         || case when id % 8000 = 1 then '${hash("rare")}' else '' end)::tsvector
         || (select words from ticket_marks where ticket_id = tickets.id) from tickets`,
    );
  });
  await db.raw("vacuum analyze");
}

async function expected(condition: string, direction: string, offset: number): Promise<string[]> {
  const result = await db.raw(
    `select id from tickets where ${condition} order by last_message_at ${direction}, id ${direction} offset ${offset} limit 50`,
  );
  return result.rows.map(({ id }: { id: string }) => id);
}

async function search(
  typed: string,
  after: Place | null = null,
  more: { bearable?: number; mostCounted?: number } = {},
) {
  const read = readQuery(typed);
  assert.ok(read.ok);
  const found = await searchTickets(db, vault, read.query, { asker, after, ...more });
  assert.ok(found.ok, found.ok ? "" : found.mistake.message);
  return found;
}

type Sent = { text: string; values: unknown[] };

/** What a page of a search sends about tickets, with its values. */
async function statementsWith(typed: string, after: Place | null = null): Promise<Sent[]> {
  const sent: Sent[] = [];
  const query: (...args: never[]) => unknown = Reflect.get(pg.Client.prototype, "query");
  await db.destroy();
  const noting = function (this: pg.Client, ...args: unknown[]) {
    const [first] = args;
    if (typeof first === "object" && first && "text" in first) {
      const { text, values = [] } = first as { text: string; values?: unknown[] };
      if (/\bfrom tickets|join tickets|from search_tickets/.test(text)) sent.push({ text, values });
    }
    return Reflect.apply(query, this, args);
  };
  Reflect.set(pg.Client.prototype, "query", noting);
  try {
    db.initialize();
    await search(typed, after);
  } finally {
    Reflect.set(pg.Client.prototype, "query", query);
  }
  await db.destroy();
  db.initialize();
  assert.ok(sent.length >= (after ? 2 : 1), "the count, and the page when it is not the first");
  return sent;
}

async function explain(text: string, values: unknown[], how = "costs"): Promise<string> {
  return await db.transaction(async (trx) => {
    await trx.raw("select set_config('enable_seqscan', 'off', true)");
    const literal = (value: unknown): string => {
      if (value instanceof Date) return `'${value.toISOString()}'`;
      if (Buffer.isBuffer(value)) return `'\\x${value.toString("hex")}'::bytea`;
      if (Array.isArray(value)) return `array[${value.map(literal).join(",")}]`;
      return typeof value === "number" ? String(value) : `'${String(value).replaceAll("'", "''")}'`;
    };
    const place = (_all: string, number: string) => literal(values[Number(number) - 1]);
    const filled = text.replaceAll(/\$(\d+)/g, place).replaceAll("?", "\\?");
    const { rows } = await trx.raw(`explain (${how}) ${filled}`);
    return rows.map((row: Record<string, string>) => row["QUERY PLAN"]).join("\n");
  });
}
