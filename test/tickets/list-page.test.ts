import assert from "node:assert/strict";
import test, { after, before, suite } from "node:test";
import type { CheerioAPI } from "cheerio";
import { listTickets } from "#src/tickets/list.ts";
import type { TicketFilter } from "#src/tickets/ticket-filter.ts";
import { addSealingKey } from "#src/vault/sealing-keys.ts";
import { startDesk } from "#test/support/browser.ts";
import { statementsOf } from "#test/support/count-statements.ts";

const desk = await startDesk({ after });
const { db, vault, staff } = desk;
const nina = await desk.signIn("nina");
const count = 6000;

before(async () => {
  const key = await addSealingKey(db, vault);
  await db.raw(
    `insert into tickets (status, queue_id, channel, key_id, sealed_subject, owner_id, our_turn_since, last_message_at,
       closed_at, closed_by, priority, last_version_that_worked, sealed_workaround)
     select status, 1 + n % 7, 'mail', :keyId, :subject, case when n % 9 = 0 then :nina::bigint end,
       case when status = 'new' then now() - make_interval(mins => n) end, now() - make_interval(mins => n / 3),
       case when status = 'resolved' then now() end, case when status = 'resolved' then :nina::bigint end,
       (array['normal', 'normal', 'high', 'normal', 'urgent', 'normal', 'low'])[1 + n % 7],
       case when n % 11 = 0 then '6.' || n % 4 end, case when n % 13 = 0 then :subject::bytea end
     from (select n, case when n % 20 = 0 then 'new' when n % 3 = 0 then 'waiting_for_user' else 'resolved' end as status
           from generate_series(1, :count) as n) made`,
    {
      keyId: key.id,
      subject: vault.seal(key.wrapped_key, "subject", "Printing"),
      nina: staff.nina.id,
      count,
    },
  );
  await db.raw(
    `with made as (insert into tags (name) select 'tag ' || n from generate_series(1, 12) n returning id, name)
     insert into ticket_tags (ticket_id, tag_id)
     select tickets.id, made.id from made join tickets on tickets.id % substr(made.name, 5)::int = 0`,
  );
  await db.raw("vacuum analyze");
});

test("shows our turn at first, 50 rows, and says what is not known", async () => {
  const page = await nina.visit("/tickets");

  assert.equal(page.$("h1").text(), "All tickets");
  assert.equal(page.$("tbody tr").length, 50);
  assert.equal(page.$("tbody tr").first().find("td[data-label=Tails] .unknown").text(), "not known");
  assert.equal(page.$(".tabs [aria-current]").text(), "Our turn");
});

test("paging by the links shows each ticket once, also those of the same moment", async () => {
  const seen: string[] = [];
  for (let page = await nina.visit("/tickets?queue=1&status=resolved"); ; ) {
    seen.push(
      ...page
        .$("tbody th a")
        .map((_, link) => page.$(link).attr("href") ?? "")
        .get(),
    );
    const next = page.$("a[rel=next]").attr("href");
    if (!next) break;
    page = await nina.visit(next);
  }

  const expected = await db("tickets").where({ queue_id: 1, status: "resolved" }).count().first();
  assert.equal(seen.length, Number(expected?.count));
  assert.equal(new Set(seen).size, seen.length);
});

test("the form keeps status, queue and owner together", async () => {
  const page = await nina.visit("/tickets?status=any");

  const filtered = await nina.submit(page, { queue: "2", owner: "me" }, { button: "Show" });

  const { searchParams } = new URL(filtered.url);
  const asked = Object.fromEntries([...searchParams].filter(([, value]) => value !== ""));
  assert.deepEqual(asked, { status: "any", queue: "2", owner: "me" });
  assert.equal(filtered.$("h1").text(), "Français, yours");
  assert.deepEqual(
    [
      ...new Set(
        filtered
          .$("td[data-label=Owner]")
          .map((_, cell) => filtered.$(cell).text())
          .get(),
      ),
    ],
    ["you"],
  );
});

test("takes the oldest of the queue that is shown", async () => {
  const page = await nina.visit("/tickets?queue=3");

  const taken = await nina.submit(page, {}, { button: "Take the oldest" });

  const id = new URL(taken.url).pathname.split("/").at(-1);
  assert.equal((await db("tickets").where({ id }).first("queue_id"))?.queue_id, "3");
});

test("each filter that finds nothing says what that means", async () => {
  const words = async (path: string) => (await nina.visit(path)).$(".empty h2").text();

  assert.equal(await words("/tickets?status=spam"), "No spam");
  assert.equal(await words("/tickets?queue=999"), "Nothing is unanswered in this queue");
  assert.equal(await words("/tickets?queue=999&status=waiting_for_user"), "We wait for nobody");
  assert.equal(await words("/tickets?queue=999&status=resolved"), "Nothing is resolved yet");
  assert.equal(await words("/tickets?queue=999&status=any"), "No tickets yet");
  assert.equal(await words("/tickets?queue=999&owner=me"), "Nothing of yours is here");
});

test("a forged filter counts as none", async () => {
  for (const query of [
    "status=x",
    "queue=abc",
    "queue=999999999999999999999",
    "owner=1",
    "after=x",
    "status=any&status=spam",
    "tag=",
    "tag=,,&tag=",
    "priority=x",
    "sort=id",
    "version=",
    "version=%00",
    "workaround=no",
  ]) {
    const page = await nina.visit(`/tickets?${query}`);
    assert.equal(page.status, 200, query);
    assert.equal(page.$("tbody tr").length, 50, query);
  }
});

test("/queues/:id leads to the queue, and a bad id to a page 404", async () => {
  assert.equal(new URL((await nina.visit("/queues/2")).url).search, "?queue=2");
  assert.equal((await nina.visit("/queues/abc")).status, 404);
});

test("needs 6 statements at most", async () => {
  const statements = await statementsOf(() => nina.visit("/tickets?status=any&queue=2&owner=me"));

  assert.ok(statements.length <= 6, `${statements.length}: ${statements.join("\n")}`);
});

suite("a list narrowed by", () => {
  const expect = async (query: string, where: string, order: string) => {
    const ids: string[] = [];
    for (let page = await nina.visit(`/tickets?${query}`); ; ) {
      ids.push(...idsOn(page));
      const next = page.$("a[rel=next]").attr("href");
      if (!next) break;
      page = await nina.visit(next);
    }
    assert.deepEqual(ids, await db("tickets").whereRaw(where).orderByRaw(order).pluck("id"), query);
  };
  const tagged = (name: string) =>
    `exists (select from ticket_tags join tags on tags.id = tag_id where ticket_id = tickets.id and name = '${name}')`;
  const rank = "array_position(array['urgent', 'high', 'normal', 'low'], priority)";

  test("one tag, several tags, priority, version or workaround has each ticket once, in order", async () => {
    await expect("status=any&tag=Tag%2012", tagged("tag 12"), "id desc");
    const both = `status = 'resolved' and ${tagged("tag 4")} and ${tagged("tag 6")}`;
    await expect("status=resolved&tag=tag+4,tag+6", both, "id desc");
    await expect("status=resolved&tag=tag+4&tag=TAG+6", both, "id desc");
    await expect("status=any&priority=urgent&queue=1", "priority = 'urgent' and queue_id = 1", "id desc");
    await expect("status=any&version=6.1", "last_version_that_worked = '6.1'", "id desc");
    await expect("status=any&workaround=yes", "sealed_workaround is not null", "id desc");
    await expect(
      "tag=tag+2&priority=high",
      `our_turn_since is not null and priority = 'high' and ${tagged("tag 2")}`,
      "our_turn_since, id",
    );
  });

  test("nothing but sorted by priority pages exactly, also where thousands share a rank and a moment", async () => {
    await db("tickets")
      .whereNotNull("our_turn_since")
      .update({ our_turn_since: "2026-11-01T00:00:00.123456Z" });
    await expect("sort=priority", "our_turn_since is not null", `${rank}, our_turn_since, id`);
    await expect(
      "sort=priority&queue=2",
      "our_turn_since is not null and queue_id = 2",
      `${rank}, our_turn_since, id`,
    );
  });

  test("a cursor of another order, a forged rank or none shows a page all the same", async () => {
    const second = (await nina.visit("/tickets")).$("a[rel=next]").attr("href")?.split("after=")[1];
    for (const after of [
      second,
      forged(["2026-11-01T00:00:00.000000Z", "1", "9"]),
      forged(["x", "1", "0"]),
    ]) {
      assert.equal((await nina.visit(`/tickets?sort=priority&after=${after}`)).status, 200);
      assert.equal((await nina.visit(`/tickets?status=any&tag=tag+1&after=${after}`)).status, 200);
    }
  });

  test("a tag that there is not says so beside the field, keeps what was typed and lists nothing", async () => {
    const page = await nina.submit(
      await nina.visit("/tickets?status=any"),
      { tag: "tag 1, nothing" },
      { button: "Show" },
    );

    assert.equal(page.status, 422);
    assert.match(page.$("#tags-error").text(), /There is no tag “nothing”/);
    assert.equal(page.$("#tags").attr("value"), "tag 1,nothing");
    assert.equal(page.$("tbody tr").length, 0);
  });

  test("more than it should be can be widened by one click, and says of each ticket what it is", async () => {
    const page = await nina.visit("/tickets?status=any&tag=tag+12&priority=high&version=6.1&workaround=yes");
    const links = page.$(".head .quiet a");
    assert.equal(links.length, 4);

    const wider = await nina.visit(links.eq(1).attr("href") ?? "");
    assert.doesNotMatch(wider.$(".head .quiet").text(), /priority high/);
    const tagged = await nina.visit("/tickets?status=any&tag=tag+12&priority=high");
    assert.match(tagged.$("tbody .sub").first().text(), /high priority · tag 1 · tag 12/);
  });

  test("something else is changed as a whole list by the form below it", async () => {
    const list = await nina.visit("/tickets?status=any&tag=tag+12&version=6.0");
    const shown = idsOn(list).length;
    assert.ok(shown > 5 && shown < 50);

    const preview = await nina.submit(
      list,
      { all: "yes", act: "tag", tag: "seen" },
      { form: "/tickets/bulk" },
    );
    assert.equal(preview.$("form input[name=list_tag]").first().attr("value"), "tag 12");
    const done = await nina.submit(preview, {}, { button: `Tag ${shown} tickets` });

    assert.equal(new URL(done.url).searchParams.get("version"), "6.0");
    const { count } = (await db("ticket_tags")
      .join("tags", "tags.id", "tag_id")
      .where({ name: "seen" })
      .count<{ count: string }[]>()
      .first()) ?? { count: "0" };
    assert.equal(Number(count), shown);
  });
});

test("the page of tags counts tags, versions and workarounds, and leads to the list of each", async () => {
  const page = await nina.visit("/tags");
  const counts = page.$("td[data-label=Tickets] a");

  assert.equal(page.$("a[href='/tickets?status=any&tag=tag%201']").text(), "1,000+ with the tag tag 1");
  const version = counts.filter((_, link) => /version=6\.1/.test(page.$(link).attr("href") ?? "")).first();
  const list = await nina.visit(version.attr("href") ?? "");
  assert.match(list.$(".head .quiet").text(), /6\.1 was the last that worked/);
  assert.match(page.$("a[href='/tickets?status=any&workaround=yes']").text(), /^\d+ with a workaround$/);
});

test("no list scans the table of tickets, however it is narrowed and sorted", async () => {
  const statuses = ["our_turn", "any", "waiting_for_user", "resolved", "spam"] as const;
  const cursor = { time: "2026-01-01T00:00:00.000000Z", id: "5", rank: "1" };
  const tags: string[] = await db("tags").orderBy("id").limit(12).pluck("id");
  const some = tags.slice(0, 2);
  const rare = tags.slice(-1);
  const narrow: Partial<TicketFilter>[] = [
    {},
    { byPriority: true },
    { tagIds: some },
    { tagIds: rare },
    { priority: "urgent" },
    { priority: "normal" },
    { version: "6.1" },
    { withWorkaround: true },
    { tagIds: rare, priority: "high", version: "6.1", withWorkaround: true, byPriority: true },
  ];

  for (const status of statuses) {
    for (const queueId of [null, "2"]) {
      for (const ownerId of [null, staff.nina.id]) {
        for (const after of [null, cursor]) {
          for (const more of narrow) {
            const filter: TicketFilter = { status, queueId, ownerId, ...more };
            const plan = await planOf(() => listTickets(db, vault, filter, after));
            const told = `${JSON.stringify({ filter, after })}\n${plan}`;
            assert.doesNotMatch(plan, /Seq Scan on tickets/, told);
          }
        }
      }
    }
  }
});

function idsOn(page: { $: CheerioAPI }): string[] {
  const links = page.$("tbody th a").get();
  return links.map((link) => page.$(link).attr("href")?.split("/").at(-1) ?? "");
}

const forged = (parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString("base64url");

async function planOf(list: () => Promise<unknown>): Promise<string> {
  const asked: { sql: string; bindings: readonly unknown[] }[] = [];
  const keep = (query: { sql: string; bindings: readonly unknown[] }) => asked.push(query);
  db.on("query", keep);
  await list();
  db.removeListener("query", keep);
  const [query] = asked;
  if (!query) throw new Error("The list asked nothing");
  const client = await db.client.acquireConnection();
  try {
    const { rows } = await client.query(`explain ${query.sql}`, query.bindings);
    return rows.map((row: { "QUERY PLAN": string }) => row["QUERY PLAN"]).join("\n");
  } finally {
    await db.client.releaseConnection(client);
  }
}
