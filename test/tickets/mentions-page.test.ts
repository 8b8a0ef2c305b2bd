import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test, { after } from "node:test";
import { startDesk } from "#test/support/browser.ts";
import { createCast } from "#test/support/cast.ts";

const desk = await startDesk({ after });
const cast = await createCast(desk);
const nina = await desk.signIn("nina");
const ilse = await desk.signIn("ilse");

test("a note with a name stands in the mentions of that person until they have read it", async () => {
  assert.match((await ilse.visit("/mentions")).$(".empty").text(), /Nobody calls you/);
  const form = await nina.visit(`/tickets/${cast.wifi}/note`);
  assert.match(form.$("#text-hint").text(), /@adam, @ilse, @nina/);

  const told = await nina.submit(form, { text: "@Ilse and @nobody, <b>look</b>; mail ilse@ilse.example" });
  const note = await nina.submit(told);
  assert.equal(
    note.$("article.note .written").text(),
    "@Ilse and @nobody, <b>look</b>; mail ilse@ilse.example",
  );
  assert.equal(note.$("article.note .written b").text(), "@Ilse");
  await nina.submit(await nina.visit(`/tickets/${cast.lea}/note`), { text: "@ilse French" });

  const page = await ilse.visit("/mentions");
  assert.equal(page.$("article").length, 2);
  assert.match(page.$(".rail a[aria-current]").text(), /Mentions\s+2/);
  const target = await ilse.visit(page.$("article a").last().attr("href") ?? "");
  assert.equal(target.$("article.note .written a").attr("href"), "/mentions");
  assert.equal((await nina.visit("/mentions")).$("article").length, 0, "nobody else sees them");

  const read = await ilse.submit(page, {}, { button: `Mark as read on ticket ${cast.wifi}` });
  assert.equal(read.$("article").length, 1);
  assert.equal(read.$("article .written").text(), "@ilse French");
});

test("all of them are read by one button; a forged ticket changes nothing", async () => {
  await nina.submit(await nina.visit(`/tickets/${cast.silent}/note`), { text: "@ilse this too" });
  const page = await ilse.visit("/mentions");

  const forged = await ilse.post("/mentions", `_csrf=${page.$("[name=_csrf]").attr("value")}&ticket=abc`);
  assert.equal(forged.$("[role=status]").text(), "Nothing was changed.");
  assert.equal(forged.$("article").length, 2);

  const read = await ilse.submit(forged, {}, { button: "Mark all as read" });
  assert.equal(read.$("article").length, 0);
});

test("the help page lists the keys and the states", async () => {
  const { $ } = await nina.visit("/help");

  assert.match($("main").text(), /Waiting for a fix/);
  assert.equal($("kbd").first().text(), "R");
});

test("the help page lists each key that a page has, and no other", async () => {
  const views = join(import.meta.dirname, "../../views");
  const pages = globSync("**/*.njk", { cwd: views }).map((file) => readFileSync(join(views, file), "utf8"));
  const keys = pages.flatMap((page) => [...page.matchAll(/accesskey="([a-z])"/g)].map(([, key = ""]) => key));

  const { $ } = await nina.visit("/help");

  const listed = $("kbd")
    .map((_, key) => $(key).text().toLowerCase())
    .get();
  assert.deepEqual([...new Set(listed)].sort(), [...new Set(keys)].sort());
});
