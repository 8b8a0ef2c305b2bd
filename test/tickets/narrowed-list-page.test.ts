import assert from "node:assert/strict";
import { after, test } from "node:test";
import { tagTicket } from "#src/tickets/tag.ts";
import { type Page, startDesk } from "#test/support/browser.ts";
import { assertSound, openChromium, withoutChromium } from "#test/support/chromium.ts";
import { storeTicket, taggedWith } from "#test/support/search-archive.ts";

const desk = await startDesk({ after });
const { db, staff } = desk;
const nina = await desk.signIn("nina");
const store = (subject: string, text: string, tails: string, log?: string) =>
  storeTicket(
    { db, vault: desk.vault, staffId: staff.nina.id },
    {
      subject,
      language: "en",
      tails,
      messages: [
        {
          kind: "from_user",
          text,
          ...(log ? { sections: [{ key: "/usr/bin/journalctl", kind: "journal", text: log }] } : {}),
        },
      ],
    },
  );
const old = await store("Old adapter", "The wifi adapter stopped", "5.12", "kernel: iwlwifi firmware failed");
const newer = await store("New adapter", "Another wifi adapter", "6.10", "kernel: failed to load firmware");
for (let number = 1; number <= 70; number += 1) await store(`Report ${number}`, "zanzibar printer", "6.1");
await tagTicket(db, old, staff.nina.id, "wifi");
await db.raw("vacuum analyze");

test("the box narrows a list, and the order of the list stays", async () => {
  const page = await nina.submit(
    await nina.visit("/tickets"),
    { q: "tails:<=6.10 wifi -printer" },
    { button: "Show" },
  );

  assert.equal(page.status, 200);
  assert.deepEqual(idsOn(page), [old, newer]);
  assert.equal(page.$("#q").val(), "tails:<=6.10 wifi -printer");
  assert.match(page.$("caption").text(), /the longest wait first/);
  assert.match(page.$(".head .quiet").text(), /found by “tails:<=6\.10 wifi -printer”/);
  const wider = await nina.visit(page.$(".head .quiet a").attr("href") ?? "");
  assert.equal(idsOn(wider).length, 50);
  assert.equal(wider.$("#q").val(), "");
});

test("pages, tabs, queue and the other fields keep it", async () => {
  const first = await nina.visit("/tickets?q=zanzibar");
  const second = await nina.visit(first.$("a[rel=next]").attr("href") ?? "");
  assert.equal(idsOn(first).length, 50);
  assert.equal(idsOn(second).length, 20);
  assert.equal(new Set([...idsOn(first), ...idsOn(second)]).size, 70);

  const any = await nina.visit(first.$(".tabs a").last().attr("href") ?? "");
  assert.equal(any.$("#q").val(), "zanzibar");
  const queue = await nina.submit(any, { queue: "1" }, { button: "Show" });
  assert.equal(new URL(queue.url).searchParams.get("q"), "zanzibar");
  assert.equal(idsOn(queue).length, 50);
  const none = await nina.submit(any, { queue: "2" }, { button: "Show" });
  assert.equal(none.$(".empty h2").text(), "No ticket is like that here");
});

test("a mistake stands under the box as in the search, the list is empty and says why", async () => {
  const page = await nina.visit("/tickets?status=any&queue=1&q=wifi+tail:6");

  assert.equal(page.status, 422);
  assert.equal(page.$("#mistake .error").text(), "No field `tail:` — did you mean `tails:`?");
  assert.equal(page.$("#mistake pre").text(), "wifi tail:6\n     ^");
  assert.equal(page.$("#q").attr("aria-describedby"), "mistake");
  assert.equal(page.$("#q").val(), "wifi tail:6");
  assert.equal(idsOn(page).length, 0);
  assert.match(page.$(".empty").text(), /No list of this search/);
  const instead = new URL(page.$("#mistake a").attr("href") ?? "", desk.origin);
  assert.deepEqual(Object.fromEntries(instead.searchParams), {
    status: "any",
    queue: "1",
    q: "wifi tails:6",
  });
  assert.equal((await nina.visit(instead.pathname + instead.search)).status, 200);
  const without = await nina.visit(page.$(".empty a").attr("href") ?? "");
  assert.equal(idsOn(without).length, 50);
});

test("an unknown tag and a mistake are both told", async () => {
  const page = await nina.visit("/tickets?tag=nothing&q=(wifi");

  assert.equal(page.status, 422);
  assert.match(page.$("#tags-error").text(), /There is no tag “nothing”/);
  assert.equal(page.$("#mistake .error").text(), "This bracket is never closed");
});

test("“Search in this list” leads to the search that finds the same", async () => {
  const list = await nina.visit("/tickets?tag=wifi&q=adapter+or+zanzibar");
  const link = list.$("a").filter((_, each) => list.$(each).text() === "Search in this list");
  const search = await nina.visit(link.attr("href") ?? "");

  assert.equal(search.$("#q").val(), "is:our-turn tag:wifi (adapter or zanzibar)");
  assert.equal(search.$(".results h2 a").attr("href"), `/tickets/${old}`);
  assert.doesNotMatch((await nina.visit("/tickets?status=any")).$("main").text(), /Search in this list/);
  assert.doesNotMatch((await nina.visit("/tickets?version=6.1")).$("main").text(), /Search in this list/);
});

test("a sorting in the box is told to change nothing", async () => {
  const page = await nina.visit("/tickets?q=wifi+sort:relevance");
  assert.match(page.$(".filters").text(), /A list keeps its own order/);
  assert.deepEqual(idsOn(page), [old, newer]);
});

test("a phrase in logs is confirmed on the opened logs, and the page says of how many", async () => {
  const page = await nina.visit("/tickets?q=log:%22firmware+failed%22");

  assert.deepEqual(idsOn(page), [old]);
  assert.match(page.$(".filters").text(), /The logs of 2 tickets were opened for this page/);
  const none = await nina.visit("/tickets?q=log:%22failed+firmware%22");
  assert.equal(none.status, 200);
  assert.equal(none.$(".empty h2").text(), "No ticket is like that here");
});

test("all of a narrowed list is changed, and nothing beside it; a ticket that left it is left alone", async () => {
  const list = await nina.visit("/tickets?status=any&q=adapter");
  const preview = await nina.submit(list, { all: "yes", act: "tag", tag: "seen" }, { form: "/tickets/bulk" });
  assert.equal(preview.$("h1").text(), "2 tickets would get the tag “seen”");
  assert.equal(preview.$("input[name=list_q]").val(), "adapter");
  await db("tickets").where({ id: newer }).update({ tails_version: null });
  await db.raw("update search_tickets set words = ''::tsvector where ticket_id = ?", [newer]);

  const done = await nina.submit(preview, {}, { button: "Tag 2 tickets" });

  assert.equal(new URL(done.url).searchParams.get("q"), "adapter");
  assert.match(
    done.$("[role=status]").text(),
    /^1 ticket is tagged “seen”\. 1 changed in the meantime and was left alone/,
  );
  assert.deepEqual(await taggedWith(db, "seen"), [old]);
});

test("a search that has a mistake by the time of the form changes nothing and says so", async () => {
  const list = await nina.visit("/tickets?q=tag:wifi");
  const preview = await nina.submit(list, { all: "yes", act: "tag", tag: "kept" }, { form: "/tickets/bulk" });
  await db("tags").where({ name: "wifi" }).update({ name: "wireless" });

  const late = await nina.submit(preview, {}, { button: "Tag 1 ticket" });
  const later = await nina.submit(list, { all: "yes", act: "tag", tag: "kept" }, { form: "/tickets/bulk" });

  for (const page of [late, later]) {
    assert.equal(page.status, 422);
    assert.equal(page.$("h1").text(), "Nothing is changed");
    assert.match(page.$("#mistake .error").text(), /No tag “wifi”/);
    assert.equal(page.$(".acts a").attr("href"), "/tickets?status=our_turn&q=tag%3Awifi");
  }
  assert.deepEqual(await taggedWith(db, "kept"), []);
});

test("nothing that is typed makes an error of the desk, or comes into the log", async () => {
  for (const q of [
    "(".repeat(1000),
    "a".repeat(5000),
    "\0",
    "\u202e",
    '"open',
    "tails:banana",
    "'; drop table tickets; --",
    "\\",
    "%",
    "owner:nobody",
    "-wifi",
    "。",
    "\ud800",
    "model:\\",
  ]) {
    const page = await nina.visit(`/tickets?${new URLSearchParams({ status: "any", q })}`);
    assert.ok([200, 422].includes(page.status), `${q.slice(0, 30)}: ${page.status}`);
  }
  for (const query of ["q=a&q=b", "q[]=a", "q=", "q=++", "q=wifi&after=x"]) {
    assert.equal((await nina.visit(`/tickets?${query}`)).status, 200, query);
  }
  assert.doesNotMatch(desk.log(), /zanzibar|adapter|wireless/);
});

test("axe finds nothing, nobody scrolls sideways, and pictures can be looked at", {
  skip: withoutChromium,
}, async (t) => {
  const chromium = await openChromium(t);
  const { cookies } = nina;
  const paths = [
    "/tickets?q=zanzibar+tails:<7",
    "/tickets?q=wifi+tail:6",
    "/tickets?q=log:%22firmware+failed%22+sort:oldest",
  ];
  await assertSound(chromium, desk.origin, paths, cookies);
  const folder = process.env.WHISPERDESK_PICTURES;
  if (!folder) return;
  for (const [place, path] of paths.entries()) {
    for (const width of [1280, 360]) {
      for (const dark of [false, true]) {
        const file = `${folder}/list-${place}-${width}${dark ? "-dark" : ""}.png`;
        await chromium.picture(desk.origin + path, file, { cookies, width, dark });
      }
    }
  }
});

function idsOn(page: Page): string[] {
  const links = page.$("tbody th a").get();
  return links.map((link) => /\d+/.exec(page.$(link).attr("href") ?? "")?.[0] ?? "");
}
