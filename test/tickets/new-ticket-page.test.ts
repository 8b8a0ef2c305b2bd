import assert from "node:assert/strict";
import test, { after } from "node:test";
import { startDesk } from "#test/support/browser.ts";

const desk = await startDesk({ after });
const { db } = desk;
const nina = await desk.signIn("nina");
const told = {
  channel: "phone",
  subject: "No sound",
  text: "Called at noon.\nNo sound since <7.4>.",
  address: "",
};

test("a call becomes a ticket in the chosen queue, and it is our turn", async () => {
  const form = await nina.visit("/tickets/new");
  const queue = await queueOf("de");

  const page = await nina.submit(form, { ...told, queue, address: "karl@example.org" });

  assert.equal(page.$("h1").text(), "No sound");
  assert.equal(page.$("article .written").text(), told.text);
  assert.match(page.$("article .verdict").text(), /written down by us/);
  assert.match(page.$("aside").text(), /k•••@example\.org/);
  assert.match(page.$("aside").text(), /By\s*phone/);
  const ticket = await db("tickets").orderBy("id", "desc").first();
  assert.deepEqual([ticket.channel, ticket.queue_id, ticket.language], ["phone", queue, "de"]);
});

test("without an address too", async () => {
  const queue = await queueOf("en");

  const page = await nina.submit(await nina.visit("/tickets/new"), { ...told, channel: "in_person", queue });

  assert.match(page.$("aside").text(), /none given/);
});

test("each field is refused beside it, and what was typed stays", async () => {
  const form = await nina.visit("/tickets/new");
  const queue = await queueOf("en");
  const before = await db("tickets").count().first();

  const wrong: [string, string, RegExp][] = [
    ["channel", "telepathy", /how the person reached us/],
    ["queue", "abc", /Choose a queue/],
    ["queue", "999999", /no such queue/],
    ["subject", " ", /what it is about/],
    ["subject", "x".repeat(201), /200 characters/],
    ["subject", "two\nlines", /one line/],
    ["text", "\n ", /what the person said/],
    ["address", "karl", /such as claire@example\.org/],
    ["address", `${"k".repeat(250)}@example.org`, /254 characters/],
  ];
  for (const [field, value, message] of wrong) {
    const refused = await nina.submit(form, { ...told, queue, [field]: value });
    assert.equal(refused.status, 422, field);
    assert.match(refused.$(`#${field}-error`).text(), message);
    if (field !== "text") assert.equal(refused.$("textarea").text().trim(), told.text);
    if (field !== "address") assert.equal(refused.$("#address").attr("value"), "");
  }
  assert.deepEqual(await db("tickets").count().first(), before);
});

async function queueOf(language: string): Promise<string> {
  return (await db("queues").where({ language }).first("id")).id;
}
