import assert from "node:assert/strict";
import test, { after } from "node:test";
import { startDesk } from "#test/support/browser.ts";

const desk = await startDesk({ after });
const nina = await desk.signIn("nina");
const ilse = await desk.signIn("ilse");

test("who is in no shift is told so, and can start one", async () => {
  const page = await nina.visit("/shift/end");

  const started = await nina.submit(page, {}, { button: "Start my shift" });

  assert.equal(page.$("h1").text(), "You are in no shift");
  assert.equal(started.$("[role=status]").text(), "Your shift has begun.");
  assert.match(started.$(".acts").text(), /End my shift/);
});

test("a shift does not end without a note", async () => {
  const page = await nina.visit("/shift/end");

  const refused = await nina.submit(page, { note: "  \n " }, { button: "End my shift" });

  assert.equal(refused.status, 422);
  assert.match(refused.$("#note-error").text(), /^Write what the next shift must know/);
  assert.equal((await desk.db("shifts").whereNull("ended_at")).length, 1);
});

test("a note that is too long comes back whole", async () => {
  const page = await nina.visit("/shift/end");

  const refused = await nina.submit(page, { note: "x".repeat(10_001) }, { button: "End my shift" });

  assert.equal(refused.status, 422);
  assert.equal(refused.$("#note").text().trim().length, 10_001);
});

test("the note of a shift stands on everybody's start page, and is stored sealed", async () => {
  const page = await nina.visit("/shift/end");
  const note = "I promised an answer <b>tomorrow</b>.\nLook at the French queue.";

  const ended = await nina.submit(page, { note }, { button: "End my shift" });
  const start = await ilse.visit("/");
  const notes = await ilse.visit("/shift/notes");
  const stored = await desk.db("shifts").first("sealed_note");

  assert.match(ended.$("[role=status]").text(), /^Your shift has ended/);
  assert.equal(start.$("aside .written").text(), note);
  assert.equal(notes.$(".message .written").text(), note);
  assert.ok(!stored.sealed_note.includes("promised"));
});

test("a shift that ended in another window keeps the note that was typed", async () => {
  await ilse.submit(await ilse.visit("/shift/end"), {}, { button: "Start my shift" });
  const page = await ilse.visit("/shift/end");
  await ilse.submit(page, { note: "First window" }, { button: "End my shift" });

  const refused = await ilse.submit(page, { note: "Second window" }, { button: "End my shift" });

  assert.equal(refused.status, 409);
  assert.equal(refused.$("#note").text().trim(), "Second window");
  assert.match(refused.$("[role=alert]").text(), /You are in no shift/);
});
