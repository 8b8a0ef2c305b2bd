import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startDesk } from "#test/support/browser.ts";
import { assertSound, openChromium, withoutChromium } from "#test/support/chromium.ts";
import { storeTicket } from "#test/support/search-archive.ts";

const desk = await startDesk({ after });
const [nina, ilse] = [await desk.signIn("nina"), await desk.signIn("ilse")];
const store = (text: string, model: string) =>
  storeTicket(
    { db: desk.db, vault: desk.vault, staffId: desk.staff.nina.id },
    { subject: "Zanzibar's <secret> & more", language: "en", model, messages: [{ kind: "from_user", text }] },
  );
const first = await store("printer zeppelin", '=HYPERLINK("http://example.org";"x")');
const second = await store("printer", '@a "b", c');

test("a search is saved, stands on the start page with its count, and is forgotten", async () => {
  const page = await nina.visit("/search?q=printer");
  const saved = await nina.submit(page, { name: "All printers" }, { form: "/search/saved" });
  assert.match(saved.$("[role=status]").text(), /saved/);

  const start = await nina.visit("/");
  assert.match(start.$(".facets").text().replace(/\s+/g, " "), /All printers 2/);
  assert.equal((await ilse.visit("/")).$(".facets").length, 0, "nobody else sees it");
  const row = await desk.db("saved_searches").first();
  assert.doesNotMatch(
    JSON.stringify({ ...row, sealed_search: row.sealed_search.toString("latin1") }),
    /printer/,
  );

  const list = await nina.visit("/search");
  await nina.submit(list, {}, { form: `/search/saved/${row.id}/remove` });
  assert.equal((await nina.visit("/")).$(".facets").length, 0);
});

test("a shared search is everybody's; a lead may forget it, a colleague not", async () => {
  await ilse.submit(
    await ilse.visit("/search?q=zeppelin"),
    { name: "Airships", shared: "yes" },
    { form: "/search/saved" },
  );
  const { id } = await desk.db("saved_searches").first("id");

  const list = await nina.visit("/search");
  assert.match(list.$("main").text().replace(/\s+/g, " "), /Airships for everybody, by ilse 1/);
  assert.equal(list.$(`form[action="/search/saved/${id}/remove"]`).length, 0);
  const token = list.$("[name=_csrf]").attr("value") ?? "";
  assert.equal(
    (await nina.post(`/search/saved/${id}/remove`, new URLSearchParams({ _csrf: token }))).status,
    404,
  );
  const adam = await desk.signIn("adam");
  await adam.submit(await adam.visit("/search"), {}, { form: `/search/saved/${id}/remove` });
  assert.equal((await desk.db("saved_searches")).length, 0);
});

test("a name that is missing or a search that cannot be read is told beside the field, and nothing is saved", async () => {
  const page = await nina.visit("/search?q=printer");
  const nameless = await nina.submit(page, { name: " " }, { form: "/search/saved" });
  assert.equal(nameless.status, 422);
  assert.equal(nameless.$(".error").last().text(), "Give the search a name");
  assert.equal(nameless.$("#q").val(), "printer");

  const token = page.$("[name=_csrf]").attr("value") ?? "";
  for (const q of ["tail:6", "a".repeat(3000)]) {
    const forged = await nina.post("/search/saved", new URLSearchParams({ _csrf: token, q, name: "x" }));
    assert.equal(forged.status, 422);
  }
  assert.equal((await desk.db("saved_searches")).length, 0);
});

test("the feed tells numbers, states and times, and no word of anybody", async () => {
  const feed = await nina.visit("/search.atom?q=printer");

  assert.match(feed.headers.get("content-type") ?? "", /application\/atom\+xml/);
  assert.equal(feed.$("entry").length, 2);
  assert.match(feed.html, new RegExp(`<title>Ticket ${first}: new</title>`));
  assert.doesNotMatch(feed.html, /zanzibar|zeppelin|printer|HYPERLINK/i);
  assert.match((await desk.browser().visit("/search.atom?q=printer")).url, /sign-in/);
});

test("JSON and CSV are for leads, hold no word of anybody, and no cell is a formula", async () => {
  assert.equal((await nina.visit("/search.csv?q=printer")).status, 403);
  assert.equal((await nina.visit("/search.json?q=printer")).status, 403);

  const csv = await ilse.visit("/search.csv?q=printer");
  assert.match(csv.headers.get("content-disposition") ?? "", /tickets\.csv/);
  assert.doesNotMatch(csv.html, /zanzibar|zeppelin/i);
  assert.match(csv.html, /"'=HYPERLINK\(""http/);
  assert.match(csv.html, /"'@a ""b"", c"/);
  const json = JSON.parse((await ilse.visit("/search.json?q=printer+sort:oldest")).html);
  assert.equal(json.complete, true);
  assert.deepEqual(
    json.tickets.map(({ number }: { number: string }) => number),
    [first, second],
  );
  assert.equal((await ilse.visit("/search.json?q=tail:6")).status, 422);
});

test("a saved search that is no longer understood is shown without a count", async () => {
  await ilse.submit(await ilse.visit("/search?q=printer"), { name: "Old" }, { form: "/search/saved" });
  await nina.submit(await nina.visit("/search?q=printer"), { name: "Mine" }, { form: "/search/saved" });
  const { key_id, id } = await desk.db("saved_searches").where({ staff_id: desk.staff.ilse.id }).first();
  const { wrapped_key } = await desk.db("vault_keys").where({ id: key_id }).first();
  const sealed_search = desk.vault.seal(wrapped_key, "saved search", '{"name":"Old","typed":"gone:1"}');
  await desk.db("saved_searches").where({ id }).update({ sealed_search });

  assert.match((await ilse.visit("/")).$(".facets").text(), /Old\s+not counted/);
});

test("axe finds nothing on the pages of saved searches", { skip: withoutChromium }, async (t) => {
  const chromium = await openChromium(t);
  const { cookies } = nina;
  await assertSound(chromium, desk.origin, ["/search", "/", "/search?q=printer"], cookies, [{}]);
  const folder = process.env.WHISPERDESK_PICTURES;
  if (!folder) return;
  await chromium.picture(`${desk.origin}/search`, `${folder}/saved-360.png`, { cookies, width: 360 });
  await chromium.picture(`${desk.origin}/search?q=printer`, `${folder}/saved-1280.png`, { cookies });
  await chromium.picture(`${desk.origin}/`, `${folder}/start-1280-dark.png`, { cookies, dark: true });
});
