import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { startDesk } from "#test/support/browser.ts";
import { type Cast, createCast } from "#test/support/cast.ts";

const desk = await startDesk({ after });
const { db, staff } = desk;
const adam = await desk.signIn("adam");
let cast: Cast;

before(async () => {
  cast = await createCast(desk);
});

const save = { button: "Save the rule" };
const tryOut = { button: "Try on the last 200 mails" };
/** The form has several rows; the first says what is looked for. */
const rows = (...values: string[]) => ({
  field: values.map(() => "subject"),
  how: values.map(() => "contains"),
  value: values,
});

test("an empty list says what a rule does", async () => {
  const page = await adam.visit("/sorting-rules");

  assert.equal(page.$(".empty h2").text(), "No rules yet");
});

test("a rule is tried on the last mails before it is saved, and trying changes nothing", async () => {
  const page = await adam.visit("/sorting-rules/add");

  const tried = await adam.submit(
    page,
    { name: "Printers", ...rows("PRINTER", ""), queue: "7", tag: "print" },
    tryOut,
  );

  assert.equal(tried.status, 200);
  assert.match(
    tried.$("#trial [role=status]").text(),
    /Of the last 4 mails, rules fit 1; 1 would go to another queue/,
  );
  assert.equal(tried.$("#trial tbody th a").attr("href"), `/tickets/${cast.printer}`);
  assert.equal(tried.$("#trial td[data-label='Goes to']").text(), "Other");
  assert.match(tried.$("#trial td[data-label=Gets]").text(), /tag print/);
  assert.equal(tried.$("#value-0").attr("value"), "PRINTER");
  assert.equal(tried.$("#name").attr("value"), "Printers");
  assert.equal((await db("sorting_rules")).length, 0);
  assert.equal((await db("tags")).length, 0);
});

test("a saved rule stands in the list with what it does, and its words are stored sealed", async () => {
  const page = await adam.visit("/sorting-rules/add");

  const saved = await adam.submit(
    page,
    {
      name: "From Paul",
      field: ["from"],
      how: ["is"],
      value: ["paul@example.org"],
      priority: "high",
      owner: staff.nina.id,
    },
    save,
  );

  assert.match(saved.$("[role=status]").text(), /The rule “From Paul” is saved/);
  assert.match(saved.$("tbody th").text(), /If address of the sender is “paul@example.org”/);
  assert.match(saved.$("td[data-label=Does]").text(), /high priority owner nina/);
  assert.equal(saved.$("td[data-label=Then]").text(), "stop");
  const row = await db("sorting_rules").first("sealed_rule");
  assert.ok(!row.sealed_rule.includes("paul"));
});

test("what is wrong is said beside its field, and what was typed stays", async () => {
  const page = await adam.visit("/sorting-rules/add");
  const send = (fields: Record<string, string | string[]>) =>
    adam.submit(page, { name: "R", ...rows("x"), queue: "7", ...fields }, save);

  const noName = await send({ name: " " });
  const noCondition = await send(rows("  "));
  const noEffect = await send({ queue: "" });
  const badRange = await send({
    field: ["subject", "tails_version"],
    how: ["contains", "in_range"],
    value: ["a", "newest"],
  });
  const wrongRange = await send({ field: ["model"], how: ["in_range"], value: [">= 7"] });
  const longTag = await send({ tag: "x".repeat(61) });
  const noQueue = await send({ queue: "999" });
  const forged = await send({ owner: "1 or 1=1" });

  assert.equal(noName.$("#name-error").text(), "Give the rule a name");
  assert.equal(noName.status, 422);
  assert.equal(noCondition.$("#value-0-error").text(), "Write a condition");
  assert.match(noEffect.$("#queue-error").text(), /^Say what the rule does/);
  assert.match(badRange.$("#value-1-error").text(), /^Write a range such as/);
  assert.equal(badRange.$("#value-1").attr("value"), "newest");
  assert.equal(badRange.$("#field-1 [selected]").attr("value"), "tails_version");
  assert.equal(wrongRange.$("#how-0-error").text(), "Only a version can lie in a range");
  assert.equal(longTag.$("#tag-error").text(), "A tag has 60 characters at most");
  assert.match(noQueue.$("[role=alert]").text(), /is not there any more/);
  assert.equal(forged.$("#owner-error").text(), "Choose one from the list");
  assert.equal((await db("sorting_rules")).length, 1);
});

test("a rule is changed, moved and removed", async () => {
  await adam.submit(
    await adam.visit("/sorting-rules/add"),
    { name: "Second", ...rows("wi-fi"), tag: "wifi" },
    save,
  );
  const [first, second] = await db("sorting_rules").orderBy("position").pluck("id");

  const page = await adam.visit(`/sorting-rules/${second}/change`);
  const changed = await adam.submit(page, { name: "Wireless", stops: [] }, save);
  const moved = await adam.submit(changed, {}, { button: "Up" });
  const removed = await adam.submit(await adam.visit(`/sorting-rules/${first}/remove`));

  assert.equal(page.$("#value-0").attr("value"), "wi-fi");
  assert.equal(changed.$("td[data-label=Then]").last().text(), "ask the next");
  assert.equal(moved.$("tbody th a").first().text(), "Wireless");
  assert.match(removed.$("[role=status]").text(), /“From Paul” is removed/);
  assert.equal(removed.$("tbody tr").length, 1);
});

test("all rules together can be tried", async () => {
  const page = await adam.visit("/sorting-rules/try");

  assert.match(page.$("main").text(), /Of the last 4 mails, rules fit \d/);
  assert.match(page.$("td[data-label=Rules]").text(), /Wireless/);
});

test("unknown rules are not found, and only admins come here", async () => {
  const ilse = await desk.signIn("ilse");

  for (const path of ["/sorting-rules/99/change", "/sorting-rules/x/change", "/sorting-rules/99/remove"]) {
    assert.equal((await adam.visit(path)).status, 404, path);
  }
  assert.equal((await ilse.visit("/sorting-rules")).status, 403);
  assert.equal((await ilse.visit("/sorting-rules/add")).status, 403);
});
