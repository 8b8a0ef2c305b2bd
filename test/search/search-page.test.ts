import assert from "node:assert/strict";
import { after, test } from "node:test";
import { waitForFix } from "#src/tickets/snooze.ts";
import { startDesk } from "#test/support/browser.ts";
import { createCast } from "#test/support/cast.ts";
import { assertSound, openChromium, withoutChromium } from "#test/support/chromium.ts";
import { storeTicket } from "#test/support/search-archive.ts";

const desk = await startDesk({ after });
const cast = await createCast(desk);
const nina = await desk.signIn("nina");
const store = (subject: string, text: string, more = {}) =>
  storeTicket(
    { db: desk.db, vault: desk.vault, staffId: desk.staff.nina.id },
    { subject, language: "en", ...more, messages: [{ kind: "from_user", text }] },
  );
const adapter = await store(
  "Wi-Fi adapters",
  "Both adapters <b>stopped</b> working after the upgrade, zanzibar",
  { tails: "6.10" },
);
for (let number = 1; number <= 60; number += 1)
  await store(`Ticket ${number}`, `This says commonword and the number ${number}`, { tails: "7.1" });

test("the box finds tickets, marks the words, and opens the text of this page alone", async () => {
  const page = await nina.submit(await nina.visit("/search"), { q: "adapter zanzibar" }, { form: "/search" });

  assert.equal(page.status, 200);
  assert.match(page.$("[role=status]").text(), /^1\s+ticket$/);
  assert.deepEqual(
    page
      .$(".results mark")
      .map((_, mark) => page.$(mark).text())
      .get(),
    ["adapters", "zanzibar"],
  );
  assert.match(page.$(".snippet").text(), /Both adapters <b>stopped<\/b> working/);
  assert.equal(page.$(".results h2 a").attr("href"), `/tickets/${adapter}`);
  assert.equal(page.$("#q").val(), "adapter zanzibar");
});

test("what came by mail is found: subject, text, report and the words of its logs", async () => {
  const printer = await nina.visit("/search?q=printer+%22prints+about%22");
  assert.equal(printer.$(".results h2 a").attr("href"), `/tickets/${cast.printer}`);
  assert.equal((await nina.visit("/search?q=from:paul@example.org")).$(".results li").length, 1);
  assert.ok((await nina.visit("/search?q=has:logs")).$(".results li").length >= 2);
});

test("fifty stand on a page, the next page goes on, and facets narrow by one click", async () => {
  const first = await nina.visit("/search?q=commonword");
  assert.match(first.$("[role=status]").text(), /^60\s+tickets$/);
  assert.equal(first.$(".results > li").length, 50);
  const second = await nina.visit(first.$(".paging a[rel=next]").attr("href") ?? "");
  assert.equal(second.$(".results > li").length, 10);

  const both = await nina.visit("/search?q=commonword+or+zanzibar");
  const link = both.$(".facets a").filter((_, each) => both.$(each).text() === "6.10");
  const narrowed = await nina.visit(link.attr("href") ?? "");
  assert.equal(narrowed.$("#q").val(), "(commonword or zanzibar) tails:6.10");
  assert.equal(narrowed.$(".results > li").length, 1);
});

test("what is found is counted by known issue, and narrowed to one by one click", async () => {
  const ids: string[] = await desk.db("tickets").orderBy("id", "desc").limit(5).pluck("id");
  for (const [place, id] of ids.entries()) {
    const issue = `https://gitlab.tails.boum.org/tails/tails/-/issues/${place < 3 ? 12 : 13}`;
    assert.ok(await waitForFix(desk.db, id, desk.staff.nina.id, issue));
  }

  const all = await nina.visit("/search?q=commonword");
  const facet = all.$(".facets section").filter((_, each) => all.$(each).find("h2").text() === "Known issue");
  assert.deepEqual(
    facet
      .find("li")
      .map((_, each) => all.$(each).text())
      .get(),
    ["#12 3", "#13 2"],
  );
  const narrowed = await nina.visit(facet.find("a").first().attr("href") ?? "");
  assert.equal(narrowed.$("#q").val(), "commonword issue:12");
  assert.equal(narrowed.$(".results > li").length, 3);
});

test("a mistake stands under the box with a caret at its place and what may have been meant", async () => {
  const page = await nina.visit("/search?q=wifi+tail:6");

  assert.equal(page.status, 422);
  assert.equal(page.$("#mistake .error").text(), "No field `tail:` — did you mean `tails:`?");
  assert.equal(page.$("#mistake pre").text(), "wifi tail:6\n     ^");
  assert.equal(page.$("#q").attr("aria-describedby"), "mistake");
  const instead = await nina.visit(page.$("#mistake a").attr("href") ?? "");
  assert.equal(instead.status, 200);
});

test("an empty page says which part is in no ticket", async () => {
  const page = await nina.visit("/search?q=commonword+nosuchword");

  assert.match(page.$(".empty").text(), /No ticket has all of this/);
  assert.match(
    page.$(".alone").text().replace(/\s+/g, " "),
    /commonword 60.*nosuchword 0: this is in no ticket/,
  );
  assert.match((await nina.visit("/search?q=nosuchword")).$(".empty").text(), /Words are found in/);
});

test("nothing that is typed makes an error of the desk", async () => {
  const typed = [
    "(".repeat(1000),
    "a".repeat(9000),
    "\0",
    "\u202e",
    '"never closed',
    "tails:banana",
    "^(a+)+$",
    "'; drop table tickets; --",
    "\\",
    "'",
    "a'b\\c:*&!|<->",
    "%",
    "_",
    "log:%",
    "model:%",
    "model:\\",
    "queue:'",
    "age:>99999y",
    "age:99999y",
    "opened:..2099",
    "opened:2000..",
    "answered:>99999y",
    "ram:99999G",
    "stick:same-as:999999999999999999",
    "wb:ffffffff",
    "tails:999999.999999.999999.999999~zzzzzzzzzzzz",
    "sort:relevance",
    "sort:relevance -a",
    "-a -b or -(c d)",
    "😀",
    "。",
    "\ud800",
  ];
  for (const q of typed) {
    const page = await nina.visit(`/search?${new URLSearchParams({ q })}`);
    assert.ok([200, 422].includes(page.status), `${q.slice(0, 30)}: ${page.status}`);
  }
  for (const query of [
    "q=a&q=b",
    "q[]=a",
    "after=x&q=a",
    "after=2026-99-99T00:00:00.000000Z_1&q=a",
    "after=0.1_1&q=printer+sort:relevance",
    "after=1e-999_1&q=printer+sort:relevance",
  ])
    assert.ok([200, 422].includes((await nina.visit(`/search?${query}`)).status), query);
  assert.doesNotMatch(desk.log(), /zanzibar|commonword/);
});

test("nobody searches without being signed in", async () => {
  assert.match((await desk.browser().visit("/search?q=a")).url, /\/sign-in/);
});

test("axe finds nothing, nobody scrolls sideways, and pictures can be looked at", {
  skip: withoutChromium,
}, async (t) => {
  const chromium = await openChromium(t);
  const { cookies } = nina;
  const paths = [
    "/search",
    "/search?q=commonword+or+adapter",
    "/search?q=wifi+tail:6",
    "/search?q=commonword+nosuchword",
    "/search?q=is:unread",
    "/tickets?status=waiting_for_fix",
    "/",
  ];
  await assertSound(chromium, desk.origin, paths, cookies);
  const folder = process.env.WHISPERDESK_PICTURES;
  if (!folder) return;
  for (const [place, path] of paths.entries()) {
    await chromium.picture(desk.origin + path, `${folder}/search-${place}-1280.png`, { cookies });
    await chromium.picture(desk.origin + path, `${folder}/search-${place}-360-dark.png`, {
      cookies,
      width: 360,
      dark: true,
    });
  }
});
