import assert from "node:assert/strict";
import { after, test } from "node:test";
import fc from "fast-check";
import { fittingRules } from "#src/sorting-rules/decide.ts";
import { type SortingFacts, type SortingRule, SortingRuleForm } from "#src/sorting-rules/rule.ts";
import { listRules, orderRules, removeRule, saveRule } from "#src/sorting-rules/rules.ts";
import { tryRules } from "#src/sorting-rules/try-rules.ts";
import { compareVersions, isInRange, readRange } from "#src/sorting-rules/versions.ts";
import { findTicket } from "#src/tickets/find.ts";
import { moveTicket } from "#src/tickets/move.ts";
import { listQueues } from "#src/tickets/queues.ts";
import { mergeTags, tagsOfTicket } from "#src/tickets/tags.ts";
import { plainMail } from "#test/support/intake.ts";
import { frenchReport, startShiftDesk } from "#test/support/shift-desk.ts";

const desk = await startShiftDesk({ after });
const { db, vault, staff } = desk;
const queues = await listQueues(db);
const queueOf = (language: string) => queues.find((queue) => queue.language === language)?.id ?? "";

const rule = (changes: Partial<SortingRule> = {}): SortingRule => ({
  name: "Printers",
  match: "all",
  conditions: [{ field: "subject", how: "contains", value: "PRINTING" }],
  queueId: queueOf("de"),
  tag: "printer",
  priority: "high",
  ownerId: null,
  stops: true,
  ...changes,
});

test("a new ticket goes where the rules say, with the history of it, in the transaction of its mail", async (t) => {
  await rules(
    t,
    rule(),
    rule({ name: "All", conditions: [{ field: "channel", how: "is", value: "mail" }], tag: "all" }),
  );

  const [id = ""] = await desk.tickets(plainMail());

  const ticket = await findTicket(db, vault, id);
  assert.equal(ticket?.queue_name, "Deutsch");
  assert.equal(ticket?.priority, "high");
  assert.deepEqual(
    (await tagsOfTicket(db, id)).map(({ name }) => name),
    ["printer"],
    "the first that fits stops",
  );
  const events = await db("ticket_events").where({ ticket_id: id }).orderBy("id").pluck("action");
  assert.deepEqual(events, ["opened", "sorted", "tagged"]);
});

test("rules that do not stop add up: the first queue counts, tags are all put", async (t) => {
  const first = rule({ stops: false, priority: null, ownerId: staff.ilse });
  await rules(t, first, rule({ name: "Second", queueId: queueOf("fr"), tag: "second", priority: "low" }));

  const [id = ""] = await desk.tickets(plainMail());

  const ticket = await findTicket(db, vault, id);
  assert.equal(ticket?.queue_name, "Deutsch");
  assert.equal(ticket?.priority, "low");
  assert.equal(ticket?.owner_name, "ilse");
  assert.deepEqual(
    (await tagsOfTicket(db, id)).map(({ name }) => name),
    ["printer", "second"],
  );
});

test("a report is sorted by its version, its model and the address inside", async (t) => {
  await rules(
    t,
    rule({
      match: "all",
      queueId: null,
      tag: "old zephyr",
      conditions: [
        { field: "tails_version", how: "in_range", value: ">= 6.0, < 6.2" },
        { field: "model", how: "contains", value: "zéphyr" },
        { field: "language", how: "is", value: "fr" },
      ],
    }),
  );

  const [id = ""] = await desk.tickets(frenchReport());

  assert.deepEqual(
    (await tagsOfTicket(db, id)).map(({ name }) => name),
    ["old zephyr"],
  );
});

test("mail of a list or of one address is found by it, and the address stands nowhere open", async (t) => {
  await rules(
    t,
    rule({
      name: "The list",
      conditions: [{ field: "list_id", how: "contains", value: "help.lists.example" }],
      tag: "list",
    }),
    rule({ name: "Lea", conditions: [{ field: "from", how: "is", value: "Lea@Example.org" }], tag: "lea" }),
  );
  const list = "List-Id: Help <help.lists.example.org>";

  const [fromList = "", fromLea = "", other = ""] = await desk.tickets(
    plainMail({ headers: [list] }),
    plainMail({ from: "lea@example.org" }),
    plainMail({ from: "not-lea@example.org" }),
  );

  assert.deepEqual(
    (await tagsOfTicket(db, fromList)).map(({ name }) => name),
    ["list"],
  );
  assert.deepEqual(
    (await tagsOfTicket(db, fromLea)).map(({ name }) => name),
    ["lea"],
  );
  assert.deepEqual(await tagsOfTicket(db, other), []);
  const sealed = (await db("sorting_rules").select())
    .map((row) => row.sealed_rule.toString("latin1"))
    .join("");
  assert.doesNotMatch(sealed, /lea@|Lea/i);
});

test("where somebody put this person by hand counts more than a rule", async (t) => {
  const [first = ""] = await desk.tickets(plainMail({ from: "paul@example.org" }));
  await moveTicket(db, first, staff.nina, queueOf("it"));
  await rules(t, rule());

  const [second = ""] = await desk.tickets(plainMail({ from: "paul@example.org" }));

  assert.equal((await findTicket(db, vault, second))?.queue_name, "Italiano");
  assert.equal((await findTicket(db, vault, second))?.priority, "high");
});

test("a rule whose owner left still sorts the rest", async (t) => {
  await rules(t, rule({ ownerId: staff.adam }));
  await db("staff").where({ id: staff.adam }).update({ disabled_at: new Date() });

  const [id = ""] = await desk.tickets(plainMail());

  assert.equal((await findTicket(db, vault, id))?.owner_name, null);
  assert.equal((await findTicket(db, vault, id))?.queue_name, "Deutsch");
  assert.equal(await saveRule(db, vault, null, rule({ ownerId: staff.adam }), staff.nina), null);
});

test("rules can be tried on the last mails before they are saved, and nothing changes", async () => {
  const [id = ""] = await desk.tickets(plainMail({ subject: "My scanner" }));
  const events = await db("ticket_events").count("* as count").first();

  const tried = await tryRules(db, vault, [
    rule({ name: "Scanners", conditions: [{ field: "subject", how: "contains", value: "scanner" }] }),
  ]);

  assert.equal(tried[0]?.ticket_id, id);
  assert.equal(tried[0]?.subject, "My scanner");
  assert.deepEqual(tried[0]?.rules, ["Scanners"]);
  assert.equal(tried[0]?.wanted.queueId, queueOf("de"));
  assert.deepEqual(tried[1]?.rules, []);
  assert.deepEqual(await db("ticket_events").count("* as count").first(), events);
});

test("rules are put in order, changed and removed, and follow a tag that is merged", async (t) => {
  const [one = "", two = ""] = await rules(t, rule({ tag: "a" }), rule({ name: "Second", tag: "b" }));

  assert.equal(await orderRules(db, [two]), false);
  assert.equal(await orderRules(db, [two, one]), true);
  assert.equal(await saveRule(db, vault, one, rule({ name: "Changed", tag: "a" }), staff.ilse), one);
  assert.equal(await saveRule(db, vault, "999999", rule(), staff.ilse), null);
  assert.equal(await saveRule(db, vault, null, rule({ queueId: "999999" }), staff.ilse), null);
  const listed = await listRules(db, vault);
  assert.deepEqual(
    listed.map(({ name, queue_name }) => [name, queue_name]),
    [
      ["Second", "Deutsch"],
      ["Changed", "Deutsch"],
    ],
  );

  assert.ok((await mergeTags(db, listed[1]?.tagId ?? "", listed[0]?.tagId ?? "", staff.nina)).ok);
  assert.equal((await listRules(db, vault))[1]?.tag, "b");
  assert.equal(await removeRule(db, two), true);
  assert.equal(await removeRule(db, two), false);
});

test("a rule without name, condition or effect is refused with words for the person", () => {
  const messagesOf = (changes: object) => {
    const result = SortingRuleForm.safeParse({ ...rule(), ...changes });
    return result.success ? [] : result.error.issues.map(({ message }) => message);
  };
  const range = (value: string) =>
    messagesOf({ conditions: [{ field: "tails_version", how: "in_range", value }] });

  assert.deepEqual(messagesOf({}), []);
  assert.deepEqual(messagesOf({ name: " " }), ["Give the rule a name"]);
  assert.deepEqual(messagesOf({ conditions: [] }), ["Write a condition"]);
  assert.deepEqual(messagesOf({ queueId: null, tag: null, priority: null }), [
    "Say what the rule does: a queue, a tag, a priority or an owner",
  ]);
  assert.deepEqual(messagesOf({ queueId: "x" }), ["Choose one from the list"]);
  assert.deepEqual(range("6.x"), ["Write a range such as 6.0 - 6.10, or >= 7"]);
  assert.deepEqual(range("6.0 - 6.10"), []);
  assert.deepEqual(messagesOf({ conditions: [{ field: "model", how: "in_range", value: "6" }] }), [
    "Only a version can lie in a range",
  ]);
});

test("versions stand in the order in which they came out", () => {
  for (const [older, newer] of [
    ["6.9", "6.10"],
    ["7.0~rc1", "7.0"],
    ["7.0~beta2", "7.0~rc1"],
    ["5.22", "6"],
  ] as const) {
    assert.ok(compareVersions(older, newer) < 0, `${older} < ${newer}`);
    assert.ok(compareVersions(newer, older) > 0);
  }
  assert.equal(compareVersions("7", "7.0"), 0);
  const inside = (version: string, range: string) => isInRange(version, readRange(range) ?? []);
  assert.equal(inside("6.10", "6.0 - 6.10"), true);
  assert.equal(inside("6.11", "6.0 - 6.10"), false);
  assert.equal(inside("7.1 - 20260101", ">= 7"), true);
  assert.equal(inside("unknown", "<= 99"), false);
});

test("no fact, however strange, makes a rule fail or fit without reason", () => {
  const text = fc.string({ unit: "binary" });
  fc.assert(
    fc.property(text, text, (fact, value) => {
      const facts: SortingFacts = { ...nothing, subject: fact, tails_version: fact };
      const conditions = [
        { field: "subject" as const, how: "contains" as const, value: `${value}x` },
        { field: "tails_version" as const, how: "in_range" as const, value },
      ];
      fittingRules([rule({ conditions, match: "any" })], facts, () => false);
      const first = rule({ conditions: conditions.slice(0, 1) });
      assert.deepEqual(
        fittingRules([first], nothing, () => false),
        [],
      );
    }),
    { numRuns: 300, seed: 20261122 },
  );
});

const nothing: SortingFacts = {
  from: null,
  subject: null,
  text: null,
  tails_version: null,
  model: null,
  language: null,
  channel: null,
  list_id: null,
};

async function rules(
  t: { after(undo: () => Promise<void>): void },
  ...wanted: SortingRule[]
): Promise<string[]> {
  const ids: string[] = [];
  for (const each of wanted) ids.push((await saveRule(db, vault, null, each, staff.nina)) ?? "");
  t.after(async () => {
    await db("sorting_rules").delete();
  });
  return ids;
}
