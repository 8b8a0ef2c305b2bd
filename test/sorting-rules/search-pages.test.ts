import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { startDesk } from "#test/support/browser.ts";
import { type Cast, createCast } from "#test/support/cast.ts";
import { assertSound, openChromium, withoutChromium } from "#test/support/chromium.ts";

const desk = await startDesk({ after });
const { db } = desk;
const adam = await desk.signIn("adam");
let cast: Cast;

before(async () => {
  cast = await createCast(desk);
});

const save = { button: "Save the rule" };
const tryOut = { button: "Try on the last 200 mails" };
/** As a browser sends it when somebody chose what to look at and left the list beside it as it was. */
const searching = (...values: string[]) => ({
  field: values.map(() => "search"),
  how: values.map(() => "contains"),
  value: values,
});
const send = async (values: string[], button = save) =>
  adam.submit(
    await adam.visit("/sorting-rules/add"),
    { name: "Printers", ...searching(...values), queue: "7" },
    button,
  );

test("a search is tried on the last mails, with a word about how they are looked at", async () => {
  const tried = await send(["printer -zebra has:attachment"], tryOut);

  assert.match(tried.$("#trial [role=status]").text(), /Of the last 4 mails, rules fit 1; 1 would go/);
  assert.match(tried.$("#trial").text(), /Searches look at these tickets as they are now/);
  assert.equal(tried.$("#trial tbody th a").attr("href"), `/tickets/${cast.printer}`);
  assert.equal(tried.$("#how-0 [selected]").text(), "fits the search");
  assert.equal((await db("sorting_rules")).length, 0);
});

test("a saved search stands in the list as a sentence, sealed in the database", async () => {
  const saved = await send(["from:paul@example.org zanzibar"]);

  assert.match(saved.$("[role=status]").text(), /The rule “Printers” is saved/);
  assert.match(saved.$("tbody th").text(), /If the ticket fits the search “from:paul@example.org zanzibar”/);
  assert.equal(saved.$("tbody .error").length, 0);
  const { sealed_rule } = await db("sorting_rules").first("sealed_rule");
  assert.doesNotMatch(sealed_rule.toString("latin1"), /paul|zanzibar/);
});

test("a mistake is shown under its field with the place and what may be meant, and what was typed stays", async () => {
  const before = (await db("sorting_rules")).length;
  const refused = await send(["wifi tail:6", "printer owner:me", "queue:Englisch"]);
  const unknown = await send(["wifi queue:Englisch"], tryOut);

  assert.equal(refused.status, 422);
  assert.equal(refused.$("#value-0-error").text(), "No field `tail:` — did you mean `tails:`?");
  assert.equal(refused.$(".mistake pre").first().text(), "wifi tail:6\n     ^");
  assert.match(refused.$(".mistake").first().text(), /Write wifi tails:6 instead/);
  assert.match(
    refused.$("#value-1-error").text(),
    /^`owner:` says nothing in a rule: a new ticket has no owner/,
  );
  assert.equal(refused.$("#value-1").attr("aria-describedby"), "value-1-error");
  assert.equal(refused.$("#value-1").val(), "printer owner:me");
  assert.equal(refused.$("[role=alert] a").first().attr("href"), "#value-0");
  assert.equal(unknown.status, 422);
  assert.match(unknown.$("#value-0-error").text(), /No queue “Englisch” — did you mean “English”\?/i);
  assert.equal(unknown.$(".mistake pre").text(), "wifi queue:Englisch\n           ^");
  assert.equal((await db("sorting_rules")).length, before);
});

test("searches of any size and kind are answered with words", async () => {
  for (const typed of [
    "(".repeat(1000),
    "x".repeat(100_000),
    "a\u202eb",
    '"',
    "tails:banana",
    "' or 1=1 --:",
    "-",
  ]) {
    const page = await send([typed]);
    assert.ok([200, 422].includes(page.status), typed.slice(0, 20));
    if (page.status === 422) assert.ok(page.$("#value-0-error").text(), typed.slice(0, 20));
  }
  await db("sorting_rules").where("id", ">", 1).delete();
});

test("only the ticket as a whole fits a search", async () => {
  const page = await adam.submit(
    await adam.visit("/sorting-rules/add"),
    { name: "R", field: ["subject"], how: ["fits"], value: ["wifi"], queue: "7" },
    save,
  );

  assert.equal(page.$("#how-0-error").text(), "Only the ticket as a whole fits a search");
});

test("a rule whose search broke is shown as broken, with what is wrong and where to mend it", async () => {
  const [gone] = await db("queues").insert({ name: "Printers", position: 99 }).returning("id");
  await send(["printer queue:Printers"]);
  await db("queues").where(gone).delete();
  const [id] = await db("sorting_rules").orderBy("id", "desc").limit(1).pluck("id");

  const list = await adam.visit("/sorting-rules");
  const form = await adam.visit(`/sorting-rules/${id}/change`);
  const tried = await adam.visit("/sorting-rules/try");

  assert.match(list.$("tbody .error").text(), /^Broken: No queue “Printers”/);
  assert.match(list.$("tbody tr").last().text(), /Its search fits no mail until it is mended/);
  assert.equal(form.status, 200);
  assert.match(form.$("#value-0-error").text(), /^No queue “Printers”/);
  assert.match(tried.$("main").text(), /“Printers” is broken and fits nothing by its search: No queue/);
  const mended = await adam.submit(form, { value: ["printer queue:English"] }, save);
  assert.equal(mended.$("tbody .error").length, 0);
});

test("in a real browser the pages hold no barrier and need no scrolling sideways", {
  skip: withoutChromium,
}, async (t) => {
  const chromium = await openChromium(t);
  const cookies = adam.cookies;
  const [gone] = await db("queues").insert({ name: "Scanners", position: 99 }).returning("id");
  const long = "tails:<6 lang:fr (wifi or broadcom) -printer queue:Scanners device:8086:9a49";
  await send([long]);
  await db("queues").where(gone).delete();
  const [id] = await db("sorting_rules").orderBy("id", "desc").limit(1).pluck("id");

  for (const path of ["/sorting-rules", `/sorting-rules/${id}/change`, "/sorting-rules/try"]) {
    await assertSound(chromium, desk.origin, [path], cookies, [{}, { dark: true }]);
    const folder = process.env.WHISPERDESK_PICTURES;
    for (const [width, dark] of [
      [1280, false],
      [1280, true],
      [360, false],
      [360, true],
    ] as const) {
      const file = `${folder}/${path.replaceAll("/", "_")}-${width}${dark ? "-dark" : ""}.png`;
      if (folder) await chromium.picture(desk.origin + path, file, { cookies, width, dark });
    }
  }
});
