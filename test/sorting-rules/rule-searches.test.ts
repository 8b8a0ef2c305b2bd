import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { seededRandom } from "#src/demo/reports/seeded-random.ts";
import { printQuery } from "#src/search/print-query.ts";
import { readQuery } from "#src/search/read-query.ts";
import { searchTickets } from "#src/search/search-tickets.ts";
import { askSearches } from "#src/sorting-rules/ask-searches.ts";
import { brokenSearches } from "#src/sorting-rules/broken-searches.ts";
import { readRuleSearch } from "#src/sorting-rules/read-rule-search.ts";
import type { Condition, SortingRule } from "#src/sorting-rules/rule.ts";
import { listRules, saveRule } from "#src/sorting-rules/rules.ts";
import { tryRules } from "#src/sorting-rules/try-rules.ts";
import { findTicket } from "#src/tickets/find.ts";
import { changeQueue, listQueues } from "#src/tickets/queues.ts";
import { tagTicket } from "#src/tickets/tag.ts";
import { tagsOfTicket } from "#src/tickets/tags.ts";
import { report } from "#test/support/cast.ts";
import { statementsOf } from "#test/support/count-statements.ts";
import { fixtureMail, plainMail } from "#test/support/intake.ts";
import { randomArchive } from "#test/support/random-archive.ts";
import { frenchReport, mailWithKey, startShiftDesk } from "#test/support/shift-desk.ts";

const desk = await startShiftDesk({ after });
const { db, vault, staff } = desk;
const queues = await listQueues(db);
const queueOf = (language: string) => queues.find((queue) => queue.language === language)?.id ?? "";
const hostile = "'; drop table tickets; -- $1 ? :id \\' ) or true or ( zanzibar";

let oldest = "";
before(async () => {
  [oldest = ""] = await desk.tickets(frenchReport());
});

/** What people may look for in a mail that comes; `N` is the number of a ticket that is there. */
const table = [
  "tails:<6 lang:fr (wifi or broadcom) -printer",
  "tails:6.1",
  "tails:>=6.1 lang:fr",
  "tails:6.1..7.2",
  "tails:none",
  "tails:known",
  "-tails:6.1",
  "first:known",
  "first:none",
  "lang:fr",
  "lang:en,de",
  "lang:none",
  "queue:English",
  "-queue:English,Deutsch",
  "channel:mail",
  "channel:whisperback",
  "from:lea@example.org",
  "from:none",
  "-from:lea@example.org,paul@example.org",
  "stick:same-as:N",
  "stick:none",
  'model:"portable z"',
  "model:none",
  "ram:4G",
  "ram:<8G",
  "ram:none",
  "device:0bda:c821",
  "has:logs",
  "has:attachment",
  "has:key",
  "has:email",
  "is:encrypted",
  "-is:encrypted",
  "wb:known",
  "opened:2020..",
  "opened:<2020",
  "log:celerette",
  'log:"firmware failed"',
  'log:"failed firmware"',
  "écran",
  '"écran noir"',
  "printers",
  "printer or screen",
  "-printer",
  "zanzibar -wifi",
  '"drop table"',
  "(screen or printer) has:attachment",
  "black screen -(printer or channel:whisperback)",
];

test(`a rule with a search fits the new ticket exactly when the box finds it: ${table.length} searches, real mail`, async (t) => {
  const searches = table.map((typed) => typed.replace("N", oldest));
  await rules(t, ...searches.map((typed, place) => rule(typed, { tag: `search ${place}`, stops: false })));

  const ids = await desk.tickets(
    frenchReport(),
    await report("m.hollander@example.org"),
    await report(null),
    await mailWithKey(),
    plainMail({ from: "paul@example.org", subject: "Printers", text: "My printers print nothing any more" }),
    plainMail({ subject: hostile, text: `The wifi of my computer says ${hostile}\nand nothing else` }),
    fixtureMail("latin1-without-charset"),
  );

  assert.equal(ids.length, 6, "the first report came before: it opened no second ticket");
  const counts = await Promise.all(
    searches.map(async (typed, place) => {
      const found = (await find(typed)).filter((id) => ids.includes(id));
      const fitting: string[] = [];
      for (const id of ids) {
        const tags = await tagsOfTicket(db, id);
        if (tags.some(({ name }) => name === `search ${place}`)) fitting.push(id);
      }
      assert.deepEqual(fitting, found.toSorted(byNumber), typed);
      return fitting.length;
    }),
  );
  const telling = counts.filter((count) => count > 0 && count < ids.length).length;
  assert.ok(telling > table.length / 2, `${telling} of the searches fit some and not all`);
});

test("a search sorts a mail, and beside other conditions it counts as one of them", async (t) => {
  const printer: Condition = { field: "subject", how: "contains", value: "printing" };
  const wifi: Condition = { field: "search", how: "fits", value: "zyxwifi" };
  await rules(
    t,
    rule("zyxwifi", { queueId: queueOf("de"), tag: null, priority: "high", stops: false }),
    rule("", { conditions: [printer, wifi], tag: "both", stops: false }),
    rule("", { conditions: [printer, wifi], match: "any", tag: "one" }),
    rule("zyxwifi", { tag: "never asked" }),
  );

  const [both = "", one = "", none = ""] = await desk.tickets(
    plainMail({ text: "My zyxwifi is gone, and the printer too" }),
    plainMail(),
    plainMail({ subject: "Sound", text: "There is no sound at all" }),
  );

  const sorted = await findTicket(db, vault, both);
  assert.deepEqual([sorted?.queue_name, sorted?.priority], ["Deutsch", "high"]);
  assert.deepEqual(await tagNames(both), ["both", "one"]);
  assert.deepEqual(await tagNames(one), ["one"]);
  assert.deepEqual(await tagNames(none), []);
  assert.deepEqual(await db("ticket_events").where({ ticket_id: both }).orderBy("id").pluck("action"), [
    "opened",
    "sorted",
    "tagged",
    "tagged",
  ]);
});

test("random searches fit exactly the tickets that the box finds, whatever became of these", async () => {
  const seed = process.env.WHISPERDESK_SEARCH_SEED ?? String(Math.floor(Math.random() * 1e9));
  const now = new Date();
  const archive = randomArchive({
    db,
    vault,
    staffId: staff.nina,
    now,
    random: seededRandom(`rules ${seed}`),
  });
  for (let number = 0; number < 40; number += 1) await archive.makeTicket();
  const ids: string[] = await db("tickets").pluck("id");
  const searches: string[] = [];
  for (let number = 0; number < 4000 && searches.length < 200; number += 1) {
    const typed = printQuery({ node: archive.randomQuery(), sort: "newest" });
    if (readRuleSearch(typed).ok) searches.push(typed);
  }
  assert.equal(searches.length, 200);

  const answers = await askSearches(db, vault, [{ conditions: searches.map(search) }], ids);

  let [some, differing] = [0, 0];
  for (const typed of searches) {
    const answer = answers.get(typed);
    assert.ok(answer?.ok, `${typed}: ${answer?.ok ? "" : answer?.mistake.message} (seed ${seed})`);
    const fitting = [...answer.fits].toSorted(byNumber);
    assert.deepEqual(fitting, (await find(typed)).toSorted(byNumber), `${typed} (seed ${seed})`);
    some += fitting.length > 0 ? 1 : 0;
    differing += fitting.length > 0 && fitting.length < ids.length ? 1 : 0;
  }
  assert.ok(some > 60 && differing > 60, `${some} fit some, ${differing} not all (seed ${seed})`);
});

test("a search that is broken stops no mail and no other rule, and says what is wrong with it", async (t) => {
  const [gone = ""] = await db("queues").insert({ name: "Printers", position: 99 }).returning("id");
  const broken = ["queue:Printers", "tag:wifi", "tails:banana", "…"];
  await rules(
    t,
    ...broken.map((typed) => rule(typed, { tag: "broken", stops: false })),
    rule("printer", { tag: "other" }),
  );
  await db("queues").where(gone).delete();

  const [id = ""] = await desk.tickets(plainMail());

  assert.deepEqual(await tagNames(id), ["other"]);
  const stored = await listRules(db, vault);
  const brokenIn = await brokenSearches(db, vault, stored);
  assert.deepEqual(
    stored.map((each) => brokenIn(each).map(({ mistake }) => mistake.message)),
    [
      ["No queue “Printers”"],
      [
        "`tag:` says nothing in a rule: a new ticket has no tag yet, because all rules are asked before one of them sorts it",
      ],
      ["`tails:` takes a version such as 6.10 or 7.0~rc1, and “banana” is none"],
      ["There is no word in “…” that could be found"],
      [],
    ],
  );
});

test("a search that PostgreSQL refuses spoils neither the mail nor the searches asked with it", async (t) => {
  await rules(
    t,
    rule("first:<6 or printer", { tag: "not asked", stops: false }),
    rule("printer", { tag: "asked", stops: false }),
    rule("first:none printer", { tag: "asked too" }),
  );
  await db.raw("alter view known_installed_versions rename to elsewhere");
  t.after(async () => await db.raw("alter view elsewhere rename to known_installed_versions"));

  const [id = ""] = await desk.tickets(plainMail());

  assert.deepEqual(await tagNames(id), ["asked", "asked too"]);
  const stored = await listRules(db, vault);
  const brokenIn = await brokenSearches(db, vault, stored);
  assert.deepEqual(
    stored.flatMap((each) => brokenIn(each).map(({ mistake }) => mistake.message)),
    ["PostgreSQL cannot answer this search (42P01): make it simpler"],
  );
});

test("a rule follows a queue that is renamed, also when another one takes its name", async (t) => {
  await rules(
    t,
    rule("queue:Français écran", { tag: "french" }),
    rule('-queue:"Français"', { tag: "not french" }),
  );
  const french = queues.find(({ language }) => language === "fr");
  assert.ok(french);
  const { name, language, promise_hours: promiseHours } = french;
  assert.ok(
    (await changeQueue(db, french.id, { name: "En français, s’il vous plaît", language, promiseHours })).ok,
  );
  t.after(async () => {
    await db("queues").where({ name, language: null }).delete();
    await changeQueue(db, french.id, { name, language, promiseHours });
  });
  await db("queues").insert({ name, position: 98 });

  const [id = "", english = ""] = await desk.tickets(
    plainMail({ subject: "L’écran reste noir", text: frenchText }),
    plainMail(),
  );

  assert.deepEqual(await tagNames(id), ["french"]);
  assert.deepEqual(await tagNames(english), ["not french"]);
  assert.deepEqual(
    (await listRules(db, vault)).map(({ conditions }) => conditions[0]?.value),
    ['queue:"En français, s’il vous plaît" écran', '-queue:"En français, s’il vous plaît"'],
  );
});

test("trying looks at the last mails as they are now, and finds what applying did", async (t) => {
  const [first = "", second = ""] = await desk.tickets(
    plainMail({ text: "My qwertzscanner is broken" }),
    plainMail({ text: "Another thing is broken" }),
  );

  const tried = await tryRules(db, vault, [rule("qwertzscanner", { name: "Scanners" })]);
  const rulesOf = (id: string) => tried.find((each) => each.ticket_id === id)?.rules;

  assert.deepEqual(rulesOf(first), ["Scanners"]);
  assert.deepEqual(rulesOf(second), []);
  await rules(t, rule("qwertzscanner", { tag: "scanner" }));
  const [third = ""] = await desk.tickets(plainMail({ text: "My qwertzscanner is broken" }));
  assert.deepEqual(await tagNames(third), ["scanner"]);
  await tagTicket(db, third, staff.nina, "changed since");
  assert.deepEqual((await tryRules(db, vault, [rule("qwertzscanner")]))[0]?.rules, ["Rule"]);
});

test("a desk without searches in its rules sends no statement more, and fifty searches cost as many as one", async (t) => {
  const plain: Condition = { field: "subject", how: "is", value: "nothing" };
  const none = await statementsOfMail();
  await rules(t, rule("", { conditions: [plain] }), rule("", { conditions: [plain, plain], match: "any" }));
  const withRules = await statementsOfMail();
  await rules(t, rule("nothingofthis"));
  const one = await statementsOfMail();
  await rules(t, ...Array.from({ length: 49 }, (_, number) => rule(`nothing${number} -lang:xx`)));
  const fifty = await statementsOfMail();

  assert.deepEqual(withRules, none);
  assert.ok(!none.some((sql) => /savepoint|phraseto_tsquery|array\[/i.test(sql)), none.join("\n"));
  assert.equal(fifty.length, one.length);
  // A savepoint and its end, the keys of the index, the words of the searches, and the searches.
  assert.equal(one.length, none.length + 5, one.join("\n"));
});

for (const [typed, message, at] of [
  ["wifi owner:me", /^`owner:` says nothing in a rule: a new ticket has no owner yet$/, 5],
  ["is:unread", /^`is:unread` says nothing in a rule: .*read by nobody/, 3],
  ["wifi issue:12", /^`issue:` says nothing in a rule/, 5],
  ["wifi -is:open", /^`is:open` says nothing in a rule: each new ticket is open/, 9],
  ["is:encrypted,spam", /^`is:spam` says nothing/, 13],
  ["(wifi or tag:wifi) printer", /^`tag:` says nothing in a rule: a new ticket has no tag yet/, 9],
  ["priority:high", /each new ticket has normal priority/, 0],
  ["wifi sort:newest", /^`sort:` says nothing in a rule: one ticket has no order$/, 5],
  ["sort:oldest", /^`sort:` says nothing/, 0],
  ["age:>7d", /a new ticket is some seconds old/, 0],
  ["answered:none", /nobody has answered a new ticket yet/, 0],
  ["last:2026-10..", /Its day is found by `opened:`/, 0],
  ["opened:today", /^`opened:today` says nothing in a rule: each new ticket was opened today/, 7],
  ["opened:yesterday..", /^`opened:yesterday` says nothing/, 7],
  ["has:note", /no answer and no note yet/, 4],
  ["channel:phone", /rules sort mail and reports/, 8],
  ["tail:6", /^No field `tail:` — did you mean `tails:`\?$/, 0],
  ["(wifi", /^This bracket is never closed$/, 0],
] as const) {
  test(`“${typed}” is refused with the place of the part`, async () => {
    const read = readRuleSearch(typed);
    const mistake = read.ok
      ? (await brokenSearches(db, vault, [rule(typed)]))(rule(typed))[0]?.mistake
      : read.mistake;

    assert.ok(mistake, "it is refused");
    assert.match(mistake.message, message);
    assert.equal(mistake.at, at);
  });
}

const frenchText =
  "Bonjour, depuis la dernière mise à jour mon écran reste noir après le démarrage et la souris ne répond plus du tout.";

function search(value: string): Condition {
  return { field: "search", how: "fits", value };
}

function rule(typed: string, changes: Partial<SortingRule> = {}): SortingRule {
  return {
    name: "Rule",
    match: "all",
    conditions: [search(typed)],
    queueId: null,
    tag: "tag",
    priority: null,
    ownerId: null,
    stops: true,
    ...changes,
  };
}

async function rules(t: { after(undo: () => Promise<void>): void }, ...wanted: SortingRule[]): Promise<void> {
  for (const each of wanted) assert.ok(await saveRule(db, vault, null, each, staff.nina));
  t.after(async () => {
    await db("sorting_rules").delete();
  });
}

async function find(typed: string): Promise<string[]> {
  const read = readQuery(typed);
  assert.ok(read.ok, typed);
  const asker = { staffId: staff.nina, now: new Date() };
  const found = await searchTickets(db, vault, read.query, { asker, perPage: 1000 });
  assert.ok(found.ok, found.ok ? "" : found.mistake.message);
  return found.ids;
}

async function tagNames(ticketId: string): Promise<string[]> {
  return (await tagsOfTicket(db, ticketId)).map(({ name }) => name).toSorted();
}

function byNumber(one: string, other: string): number {
  return Number(one) - Number(other);
}

/** What one mail sends to the database, from its keeping to its ticket. */
async function statementsOfMail(): Promise<string[]> {
  const mail = plainMail({ subject: "Something", text: "This mail is like any other of them here" });
  return await statementsOf(() => desk.deliver(mail));
}
