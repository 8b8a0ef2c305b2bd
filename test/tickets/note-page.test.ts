import assert from "node:assert/strict";
import test, { after } from "node:test";
import { startDesk } from "#test/support/browser.ts";
import { createCast } from "#test/support/cast.ts";

const desk = await startDesk({ after });
const cast = await createCast(desk);
const nina = await desk.signIn("nina");

test("a note stands on the ticket and changes nobody's turn", async () => {
  const form = await nina.visit(`/tickets/${cast.wifi}/note`);

  const page = await nina.submit(form, { text: "See the journal <i>here</i>" });

  assert.equal(page.$("article.note .written").text(), "See the journal <i>here</i>");
  assert.match(page.$(".chips").text(), /our turn/);
});

test("an empty or endless note is refused beside its field", async () => {
  const form = await nina.visit(`/tickets/${cast.wifi}/note`);

  const empty = await nina.submit(form, { text: "  " });
  const endless = await nina.submit(form, { text: "x".repeat(100_001) });

  assert.equal(empty.status, 422);
  assert.equal(empty.$("#text-error").text(), "Write a note");
  assert.equal(endless.status, 422);
  assert.equal(endless.$("textarea").text().trim().length, 100_001);
});

test("a name with @ that nobody has is told beside the field, and a second save keeps it as a word", async () => {
  const form = await nina.visit(`/tickets/${cast.wifi}/note`);
  assert.match(form.$("#text-hint").text(), /A name with @ calls somebody: @adam, @ilse, @nina/);
  const before = await notes();

  const told = await nina.submit(form, { text: "Ask @isle and @ilse, see me@example.org" });
  assert.equal(told.status, 422);
  assert.match(
    told.$("#text-error").text(),
    /^Nobody who works here is called @isle\. Correct it, or save again/,
  );
  assert.equal(told.$("textarea").text().trim(), "Ask @isle and @ilse, see me@example.org");
  assert.equal(await notes(), before, "nothing is kept yet");

  const other = await nina.submit(told, { text: "Ask @isle and @bob" });
  assert.match(other.$("#text-error").text(), /@isle, @bob/, "another name is told too");
  const saved = await nina.submit(other);
  assert.equal(saved.status, 200);
  assert.equal(saved.$("article.note .written").last().text(), "Ask @isle and @bob");
  assert.equal(await notes(), before + 1);
});

test("somebody whose account is closed is nobody to call", async () => {
  await desk.db("staff").where({ name: "ilse" }).update({ disabled_at: new Date() });

  const told = await nina.submit(await nina.visit(`/tickets/${cast.wifi}/note`), { text: "@ilse, look" });

  assert.match(told.$("#text-error").text(), /called @ilse/);
  assert.doesNotMatch(told.$("#text-hint").text(), /@ilse/);
  await desk.db("staff").where({ name: "ilse" }).update({ disabled_at: null });
});

async function notes(): Promise<number> {
  return (await desk.db("messages").where({ kind: "note" })).length;
}
