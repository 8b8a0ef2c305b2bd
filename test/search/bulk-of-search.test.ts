import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Knex } from "knex";
import { allFound } from "#src/search/all-found.ts";
import { readQuery } from "#src/search/read-query.ts";
import { tagTicket } from "#src/tickets/tag.ts";
import { addSealingKey } from "#src/vault/sealing-keys.ts";
import { type Fields, type Page, startDesk } from "#test/support/browser.ts";
import { assertSound, openChromium, withoutChromium } from "#test/support/chromium.ts";
import { storeTicket, taggedWith } from "#test/support/search-archive.ts";

const desk = await startDesk({ after });
const { db, vault, staff } = desk;
const nina = await desk.signIn("nina");
const store = (subject: string, text: string, log?: string) =>
  storeTicket(
    { db, vault, staffId: staff.nina.id },
    {
      subject,
      language: "en",
      messages: [
        {
          kind: "from_user",
          text,
          ...(log ? { sections: [{ key: "/usr/bin/journalctl", kind: "journal", text: log }] } : {}),
        },
      ],
    },
  );
const adapters: string[] = [];
const confirmed: string[] = [];

before(async () => {
  for (const subject of ["First", "Second", "Third"]) adapters.push(await store(subject, "zanzibar adapter"));
  confirmed.push(await store("Hung", "It hangs", "kernel: iwlwifi firmware failed in ring 0"));
  await store("Not hung", "It stands still", "kernel: failed to load firmware of iwlwifi");
  confirmed.push(await store("Hung too", "It hangs", "kernel: rtw88  Firmware failed"));
  const key = await addSealingKey(db, vault);
  await db.raw(
    `insert into tickets (status, queue_id, channel, key_id, sealed_subject, our_turn_since, opened_at, last_message_at, tails_version)
     select 'new', 1, 'mail', ?, ?, now(), at, at, '9.9'
     from (select timestamptz '2026-01-01' + n * interval '1 minute' as at from generate_series(1, 510) n) each`,
    [key.id, vault.seal(key.wrapped_key, "subject", "Many")],
  );
});

test("what is ticked among the results is changed after a preview, and leads back to the search", async () => {
  const page = await nina.visit("/search?q=zanzibar");
  assert.equal(page.$(".results input[name=tickets]").length, 3);
  assert.match(page.$("label[for=all]").text(), /^All 3 found, not only what is ticked/);
  const [first = "", second = ""] = adapters;

  const preview = await bulk(page, { tickets: [first, second], act: "tag", tag: "some" });
  assert.equal(preview.$("h1").text(), "2 tickets would get the tag “some”");
  assert.deepEqual(await taggedWith(db, "some"), []);
  const done = await nina.submit(preview, {}, { button: "Tag 2 tickets" });

  assert.equal(done.url, `${desk.origin}/search?q=zanzibar`);
  assert.match(
    done.$("[role=status]").first().text(),
    /^2 tickets are tagged “some”\. For 10 minutes each can be undone/,
  );
  assert.deepEqual(await taggedWith(db, "some"), [first, second]);
});

test("each change can be undone on the page of its ticket", async () => {
  const preview = await bulk(await nina.visit("/search?q=zanzibar"), { all: "yes", act: "resolve" });
  await nina.submit(preview, {}, { button: "Resolve 3 tickets" });
  const [, second = ""] = adapters;

  const ticket = await nina.visit(`/tickets/${second}`);
  const undo = ticket.$("form[action$='/undo']").filter((_, form) => /resolved/i.test(ticket.$(form).text()));
  await nina.submit(ticket, {}, { form: undo.attr("action") ?? "" });

  const open = await db("tickets").whereIn("id", adapters).whereNot({ status: "resolved" }).pluck("id");
  assert.deepEqual(open, [second]);
});

test("all that is found means all pages, and what was found when it was previewed", async () => {
  const page = await nina.visit("/search?q=zanzibar+is:closed");
  const preview = await bulk(page, { all: "yes", act: "tag", tag: "closed ones" });
  assert.equal(preview.$("h1").text(), "2 tickets would get the tag “closed ones”");
  const late = await store("Late", "zanzibar comes later");
  await db("tickets").where({ id: late }).update({
    status: "resolved",
    our_turn_since: null,
    closed_at: new Date(),
    closed_by: staff.nina.id,
  });

  await nina.submit(preview, {}, { button: "Tag 2 tickets" });

  assert.deepEqual(await taggedWith(db, "closed ones"), [adapters[0], adapters[2]]);
});

test("what somebody else changed between preview and confirmation is left alone, and it is said", async () => {
  const [first = "", , third = ""] = adapters;
  const preview = await bulk(await nina.visit("/search?q=zanzibar+is:closed+-later"), {
    all: "yes",
    act: "spam",
  });
  assert.equal(preview.$("h1").text(), "2 tickets would become spam");
  await db("tickets").where({ id: third }).update({
    status: "open",
    our_turn_since: new Date(),
    closed_at: null,
    closed_by: null,
  });
  await db.raw("update search_tickets set words = ''::tsvector where ticket_id = ?", [third]);

  const done = await nina.submit(preview, {}, { button: "Mark as spam: 2 tickets" });

  assert.match(
    done.$("[role=status]").first().text(),
    /^1 ticket is marked as spam\. 1 changed in the meantime and was left alone/,
  );
  assert.deepEqual(await db("tickets").where({ status: "spam" }).pluck("id"), [first]);
  const again = await bulk(await nina.visit("/search?q=zanzibar"), { all: "yes", act: "take" });
  const words = again.$("h1").text();
  await db("tickets").whereIn("id", adapters).update({ owner_id: staff.ilse.id });
  await db("tickets").where({ owner_id: null }).whereRaw("id > 6").update({ owner_id: staff.ilse.id });
  const nothing = await nina.submit(again, {}, { button: `Take ${/^\d+ tickets?/.exec(words)?.[0]}` });
  assert.match(nothing.$("[role=status]").first().text(), /^Nothing was changed: somebody was faster/);
});

test("of more than 500 the newest 500 are taken, and the page says so before", async () => {
  await db("tickets").where({ tails_version: "9.9" }).update({ owner_id: null });
  const page = await nina.visit("/search?q=tails:9.9");
  assert.match(page.$("label[for=all]").text(), /^The newest 500 of 510 found, not only what is ticked/);

  const preview = await bulk(page, { all: "yes", act: "take" });
  assert.match(
    preview.$(".banner").text(),
    /There are more than 500, .*these are the newest 500\. Do the rest afterwards/,
  );
  await nina.submit(preview, {}, { button: "Take 500 tickets" });

  const newest = await db("tickets")
    .where({ tails_version: "9.9" })
    .orderBy("last_message_at", "desc")
    .limit(500)
    .pluck("id");
  const taken = await db("tickets").where({ tails_version: "9.9", owner_id: staff.nina.id }).pluck("id");
  assert.deepEqual(new Set(taken), new Set(newest));
  const oldest = await bulk(await nina.visit("/search?q=tails:9.9+sort:oldest"), { all: "yes", act: "take" });
  assert.match(oldest.$(".banner").text(), /these are the oldest 500/);
});

test("of a phrase in logs only confirmed tickets are taken, never those that have its words alone", async () => {
  const page = await nina.visit("/search?q=log:%22firmware+failed%22");
  assert.equal(page.$(".results > li").length, 2);

  const preview = await bulk(page, { all: "yes", act: "tag", tag: "hung" });
  assert.equal(preview.$("h1").text(), "2 tickets would get the tag “hung”");
  await nina.submit(preview, {}, { button: "Tag 2 tickets" });
  assert.deepEqual(await taggedWith(db, "hung"), confirmed);

  const candidate = await db("tickets")
    .whereNotIn("id", [...adapters, ...confirmed])
    .min("id as id")
    .first();
  const forged = await nina.submit(
    preview,
    { tickets: [String(candidate?.id)], tag: "forged" },
    { button: "Tag 2 tickets" },
  );
  assert.match(forged.$("[role=status]").first().text(), /^Nothing was changed/);
  assert.deepEqual(await taggedWith(db, "forged"), []);
});

test("a phrase that stands behind hundreds of others with its words is reached, page after page", async () => {
  await copies(await store("Other", "Fine", "kernel: failed to load firmware"), 310);
  const phrase = 'log:"firmware failed"';

  assert.deepEqual(await all(phrase, 500), { ids: confirmed.toReversed(), isMore: false, stoppedAt: null });
  assert.deepEqual(await all(phrase, 1), { ids: confirmed.slice(1), isMore: true, stoppedAt: null });
  assert.deepEqual(await all(`${phrase} sort:oldest`, 500), {
    ids: confirmed,
    isMore: false,
    stoppedAt: null,
  });
});

test("after 1,500 opened tickets it is enough, and the page says how far it came", async () => {
  const page = await nina.visit("/search?q=log:%22firmware+failed%22+sort:oldest");
  const newest = await store("Newest", "Fine", "kernel: failed to load firmware");
  await copies(newest, 1300);

  const stopped = await all('log:"firmware failed"', 500);
  assert.deepEqual(stopped, { ids: [], isMore: true, stoppedAt: 1500 });
  const preview = await bulk(page, { all: "yes", act: "take" });
  assert.match(preview.$(".banner").text(), /the logs of the oldest 1,500 tickets .* and there are more/);
  assert.match(preview.$("h1").text(), /^2 tickets would become yours/);

  const nothing = await bulk(await visitTicking('log:"firmware failed"'), { all: "yes", act: "take" });
  assert.equal(nothing.status, 422);
  assert.match(nothing.$(".head p").text(), /the logs of the newest 1,500 tickets/);
});

test("a search that has a mistake by the time of the form shows it and changes nothing", async () => {
  const [first = ""] = adapters;
  await tagTicket(db, first, staff.nina.id, "wifi");
  const page = await nina.visit("/search?q=tag:wifi");
  const preview = await bulk(page, { all: "yes", act: "tag", tag: "kept" });
  await db("tags").where({ name: "wifi" }).update({ name: "wireless" });

  const late = await bulk(page, { all: "yes", act: "tag", tag: "kept" });
  const later = await nina.submit(preview, {}, { button: "Tag 1 ticket" });

  for (const refused of [late, later]) {
    assert.equal(refused.status, 422);
    assert.equal(refused.$("h1").text(), "Nothing is changed");
    assert.match(refused.$("#mistake").text(), /tag:wifi\n {4}\^/);
    assert.match(refused.$("#mistake .error").text(), /^No tag “wifi”/);
    assert.equal(refused.$(".acts a").attr("href"), "/search?q=tag%3Awifi");
    assert.equal(refused.$("button[name=confirmed]").length, 0);
  }
  assert.deepEqual(await taggedWith(db, "kept"), []);
});

test("what is refused keeps the search and its choice", async () => {
  const noQueue = await bulk(await nina.visit("/search?q=zanzibar"), { all: "yes", act: "move" });
  assert.equal(noQueue.status, 422);
  assert.equal(noQueue.$("#to-error").text(), "Choose the queue to move them to");
  const preview = await nina.submit(noQueue, { to: "3" }, { button: "Preview" });
  assert.match(preview.$("h1").text(), /^3 tickets would move to/);

  const nothing = await bulk(await nina.visit("/search?q=zanzibar"), { act: "take" });
  assert.match(nothing.$("[role=alert]").text(), /Tick at least one ticket/);
  assert.equal(nothing.$(".acts a").first().text(), "Back to the search");
  assert.equal(nothing.$(".acts a").attr("href"), "/search?q=zanzibar");
});

test("forged searches make no error of the desk, and no search comes into the log", async () => {
  const page = await nina.visit("/search?q=zanzibar");
  const token = page.$("form[action='/tickets/bulk'] input[type=hidden]").first();
  for (const search of [
    "(".repeat(1000),
    "a".repeat(9000),
    "\0",
    '"',
    "tails:banana",
    "'; drop table tickets; --",
    "-a",
    "sort:oldest",
  ]) {
    for (const confirm of [
      [],
      [
        ["confirmed", "yes"],
        ["tickets", adapters[0] ?? ""],
      ],
    ]) {
      const fields = [
        [token.attr("name") ?? "", String(token.val())],
        ["search", search],
        ["all", "yes"],
        ["act", "tag"],
        ["tag", "forged"],
        ...confirm,
      ];
      const sent = await nina.post("/tickets/bulk", new URLSearchParams(fields));
      assert.ok([200, 422].includes(sent.status), `${search.slice(0, 20)}: ${sent.status}`);
    }
  }
  assert.doesNotMatch(desk.log(), /zanzibar|banana|firmware|wireless/);
});

test("axe finds nothing, nobody scrolls sideways, and pictures can be looked at", {
  skip: withoutChromium,
}, async (t) => {
  const chromium = await openChromium(t);
  const { cookies } = nina;
  const path = "/search?q=zanzibar+or+hangs";
  const folder = process.env.WHISPERDESK_PICTURES;
  for (const [width, dark] of [
    [1280, false],
    [1280, true],
    [360, false],
    [360, true],
  ] as const) {
    const page = await chromium.open(desk.origin + path, { cookies, width, dark });
    await page.locator("details.bulk summary").click();
    if (folder)
      await page.screenshot({ path: `${folder}/found-${width}${dark ? "-dark" : ""}.png`, fullPage: true });
    await page.locator("#all").check();
    await page.locator("#act").selectOption("take");
    await page.locator("details.bulk button").click();
    if (folder)
      await page.screenshot({
        path: `${folder}/found-preview-${width}${dark ? "-dark" : ""}.png`,
        fullPage: true,
      });
    assert.match(await page.title(), /Change several tickets/);
  }
  await assertSound(chromium, desk.origin, [path], cookies);
});

/** The results of one search with the form of another, as after somebody changed something. */
async function visitTicking(typed: string): Promise<Page> {
  const page = await nina.visit("/search?q=zanzibar");
  page.$("input[name=search]").attr("value", typed);
  return page;
}

async function bulk(page: Page, fields: Fields): Promise<Page> {
  return await nina.submit(page, fields, { form: "/tickets/bulk" });
}

async function all(typed: string, most: number) {
  const read = readQuery(typed);
  assert.ok(read.ok);
  const found = await allFound(db, vault, read.query, { staffId: staff.nina.id, now: new Date() }, most);
  assert.ok(found.ok);
  const { ids, isMore, stoppedAt } = found;
  return { ids, isMore, stoppedAt };
}

/** The same ticket again and again, its logs and its words with it; each newer than the one before. */
async function copies(ticketId: string, count: number): Promise<void> {
  const { rows } = await db.raw("select coalesce(max(id), 0) as id from tickets");
  const { rows: messages } = await db.raw("select id from messages where ticket_id = ?", [ticketId]);
  const copy = async (trx: Knex, table: string, condition: string, changed: Record<string, string>) => {
    const names: string[] = await trx("information_schema.columns")
      .where({ table_name: table, table_schema: "public", is_generated: "NEVER" })
      .pluck("column_name");
    const columns = names.map((name) => `"${name}"`).join(", ");
    const values = names.map((name) => changed[name] ?? `"${name}"`).join(", ");
    await trx.raw(
      `insert into ${table} (${columns}) overriding system value
       select ${values} from ${table}, generate_series(1, ${count}) n where ${condition}`,
    );
  };
  const id = `${rows[0].id} + n`;
  const messageId = `(select max(id) from messages) + n`;
  const at = "last_message_at + n * interval '1 millisecond'";
  await db.transaction(async (trx) => {
    await trx.raw("set local session_replication_role = replica");
    await copy(trx, "tickets", `id = ${ticketId}`, { id, last_message_at: at });
    await copy(trx, "search_tickets", `ticket_id = ${ticketId}`, { ticket_id: id, last_message_at: at });
    await copy(trx, "messages", `id = ${messages[0].id}`, { id: messageId, ticket_id: id });
    await copy(trx, "reports", `message_id = ${messages[0].id}`, {
      message_id: `(select max(id) from messages) - ${count} + n`,
    });
    for (const table of ["tickets", "messages"])
      await trx.raw(
        `select setval(pg_get_serial_sequence('${table}', 'id'), (select max(id) from ${table}))`,
      );
  });
}
