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
