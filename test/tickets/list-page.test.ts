import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { listTickets, type TicketFilter } from "#src/tickets/list.ts";
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
       closed_at, closed_by)
     select status, 1 + n % 7, 'mail', :keyId, :subject, case when n % 9 = 0 then :nina::bigint end,
       case when status = 'new' then now() - make_interval(mins => n) end, now() - make_interval(mins => n / 3),
       case when status = 'resolved' then now() end, case when status = 'resolved' then :nina::bigint end
     from (select n, case when n % 20 = 0 then 'new' when n % 3 = 0 then 'waiting_for_user' else 'resolved' end as status
           from generate_series(1, :count) as n) made`,
    {
      keyId: key.id,
      subject: vault.seal(key.wrapped_key, "subject", "Printing"),
      nina: staff.nina.id,
      count,
    },
  );
  await db.raw("analyze");
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
  assert.deepEqual(Object.fromEntries(searchParams), { status: "any", queue: "2", owner: "me" });
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

test("no list scans the table of tickets", async () => {
  const statuses = ["our_turn", "any", "waiting_for_user", "resolved", "spam"] as const;
  const cursor = { time: "2026-01-01T00:00:00.000000Z", id: "5" };

  for (const status of statuses) {
    for (const queueId of [null, "2"]) {
      for (const ownerId of [null, staff.nina.id]) {
        for (const after of [null, cursor]) {
          const filter: TicketFilter = { status, queueId, ownerId };
          const plan = await planOf(() => listTickets(db, vault, filter, after));
          assert.doesNotMatch(plan, /Seq Scan on tickets/, `${JSON.stringify({ filter, after })}\n${plan}`);
        }
      }
    }
  }
});

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
