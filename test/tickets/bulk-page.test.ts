import assert from "node:assert/strict";
import test, { after } from "node:test";
import { startDesk } from "#test/support/browser.ts";
import { createCast } from "#test/support/cast.ts";

const desk = await startDesk({ after });
const { db, staff } = desk;
const cast = await createCast(desk);
const nina = await desk.signIn("nina");

test("bulk of nothing is a clear message, with a way back to the list", async () => {
  const list = await nina.visit("/tickets?status=any&queue=1");

  const refused = await nina.submit(list, { act: "resolve" }, { button: "Preview" });

  assert.equal(refused.status, 422);
  assert.match(refused.$("[role=alert]").text(), /Tick at least one ticket of the list/);
  assert.equal(refused.$(".acts a").attr("href"), "/tickets?status=any&queue=1");
});

test("the preview lists what would change and what not and why, and changes nothing", async () => {
  await db("tickets").where({ id: cast.lea }).update({ owner_id: staff.ilse.id });
  const list = await nina.visit("/tickets");

  const preview = await nina.submit(list, { tickets: [cast.wifi, cast.lea] }, { button: "Preview" });

  assert.equal(preview.status, 200);
  assert.equal(preview.$("h1").text(), "1 ticket would become yours");
  assert.equal(preview.$("td[data-label=Why]").text(), "ilse has it");
  assert.equal((await db("tickets").where({ owner_id: staff.nina.id })).length, 0);
});

test("running it changes what the preview said and leads back to the list", async () => {
  const list = await nina.visit("/tickets?status=any");
  const preview = await nina.submit(list, { tickets: [cast.wifi, cast.lea] }, { button: "Preview" });

  const done = await nina.submit(preview, {}, { button: "Take 1 ticket" });

  assert.equal(new URL(done.url).search, "?status=any");
  assert.match(done.$("[role=status]").text(), /^1 ticket is yours now\. For 10 minutes each can be undone/);
  assert.deepEqual(await db("tickets").where({ owner_id: staff.nina.id }).pluck("id"), [cast.wifi]);
});

test("moving needs a queue and tagging a name; what was chosen stays", async () => {
  const list = await nina.visit("/tickets");

  const noQueue = await nina.submit(list, { tickets: [cast.wifi], act: "move" }, { button: "Preview" });
  const noName = await nina.submit(noQueue, { act: "tag", tag: "x".repeat(61) }, { button: "Preview" });
  const preview = await nina.submit(noName, { act: "tag", tag: "wifi" }, { button: "Preview" });
  const done = await nina.submit(preview, {}, { button: "Tag 1 ticket" });

  assert.equal(noQueue.$("#to-error").text(), "Choose the queue to move them to");
  assert.equal(noName.$("#tag-error").text(), "Write a tag of 60 characters at most");
  assert.equal(noName.$("#tag").attr("value"), "x".repeat(61));
  assert.match(done.$("[role=status]").text(), /^1 ticket is tagged “wifi”/);
  assert.deepEqual(await db("ticket_tags").pluck("ticket_id"), [cast.wifi]);
});

test("all of a list, without ticking each", async () => {
  const list = await nina.visit("/tickets");

  const preview = await nina.submit(list, { all: "yes", act: "move", to: "7" }, { button: "Preview" });
  const done = await nina.submit(
    preview,
    {},
    { button: /Move \d tickets?/.exec(preview.$("button.main").text())?.[0] ?? "" },
  );

  assert.match(preview.$("h1").text(), /would move to Other$/);
  assert.match(done.$("[role=status]").text(), /in Other now/);
  assert.equal((await db("tickets").whereNot({ queue_id: 7 })).length, 0);
});

test("forged ids and acts are refused, unknown tickets are named", async () => {
  const list = await nina.visit("/tickets");
  const token =
    list.$("[name=csrf]").attr("value") ?? list.$("input[type=hidden]").first().attr("value") ?? "";
  const name = list.$("form[action='/tickets/bulk'] input[type=hidden]").first().attr("name") ?? "";
  const send = (fields: string[][]) =>
    nina.post("/tickets/bulk", new URLSearchParams([[name, token], ...fields]));

  const forgedId = await send([
    ["act", "take"],
    ["tickets", "1 or 1=1"],
  ]);
  const forgedAct = await send([
    ["act", "delete"],
    ["tickets", cast.wifi],
  ]);
  const unknown = await send([
    ["act", "take"],
    ["tickets", "999999"],
  ]);
  const tooMany = await send([
    ["act", "take"],
    ...Array.from({ length: 501 }, (_, n) => ["tickets", String(n + 1)]),
  ]);

  assert.equal(forgedId.status, 422);
  assert.equal(forgedAct.$("#act-error").text(), "Choose what to do with them");
  assert.equal(unknown.$("h1").text(), "Nothing would change");
  assert.equal(unknown.$("td[data-label=Why]").text(), "There is no such ticket");
  assert.match(tooMany.$("[role=alert]").text(), /500 tickets at most at once/);
});
