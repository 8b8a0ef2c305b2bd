import assert from "node:assert/strict";
import test, { after, suite } from "node:test";
import { startDesk } from "#test/support/browser.ts";
import { createCast } from "#test/support/cast.ts";

const desk = await startDesk({ after });
const { db, staff } = desk;
const cast = await createCast(desk);
const nina = await desk.signIn("nina");

suite("snooze", () => {
  test("puts a ticket away for some days; the page says until when", async () => {
    const form = await nina.visit(`/tickets/${cast.wifi}/snooze`);

    const before = Date.now();
    const page = await nina.submit(form, { for: "7" });

    assert.equal(page.$("[role=status]").text(), "The ticket is put away until then.");
    assert.match(page.$(".chips").text(), /snoozed until \d+ \w+ \d{4}/);
    assert.match(page.$(".event").last().text(), /nina put it away until/);
    const { snoozed_until } = await ticketRow(cast.wifi);
    const asked = snoozed_until.getTime() - 7 * 86_400_000;
    assert.ok(before <= asked && asked <= Date.now());
  });

  test("puts it away until a date, when that day begins", async () => {
    const day = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10);

    await nina.submit(await nina.visit(`/tickets/${cast.wifi}/snooze`), { for: "date", date: day });

    assert.equal((await ticketRow(cast.wifi)).snoozed_until.toISOString(), `${day}T00:00:00.000Z`);
  });

  const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  const wrong: [string, string, string, RegExp][] = [
    ["a past date", "date", "2020-01-01", /has begun already/],
    ["today", "date", day(0), /has begun already/],
    ["a date in two years", "date", day(740), /for a year at most/],
    ["a day that is not in the calendar", "date", "2027-02-30", /Write a date/],
    ["no date at all", "date", "", /Write a date/],
    ["words", "date", "next week", /Write a date/],
    ["a date besides a number of days", "3", day(9), /Choose “Until a date” above too/],
  ];
  for (const [name, choice, date, message] of wrong) {
    test(`refuses ${name} beside the date, and keeps what was typed`, async () => {
      const refused = await nina.submit(await nina.visit(`/tickets/${cast.lea}/snooze`), {
        for: choice,
        date,
      });

      assert.equal(refused.status, 422);
      assert.match(refused.$("#date-error").text(), message);
      assert.equal(refused.$("#date").attr("value"), date);
      assert.equal(refused.$(`[name=for][value=${choice}]`).attr("checked"), "checked");
      assert.equal((await ticketRow(cast.lea)).status, "new");
    });
  }

  test("refuses a time that nobody offered", async () => {
    const refused = await nina.submit(await nina.visit(`/tickets/${cast.lea}/snooze`), { for: "100000" });

    assert.equal(refused.status, 422);
    assert.equal(refused.$("#for-error").text(), "Choose for how long");
  });
});

test("a ticket waits for the fix of a known issue, then for its user, then it is our turn again", async () => {
  const issue = "https://tracker.example.org/issues/14754";
  const fix = await nina.submit(await nina.visit(`/tickets/${cast.printer}/wait-for-fix`), { issue });
  assert.match(fix.$(".chips").text(), /waiting for a fix/);
  assert.match(fix.$(".event").last().text(), new RegExp(`nina let it wait for a fix of ${issue}`));
  assert.equal(fix.$(`aside a[href="${issue}"]`).attr("rel"), "noreferrer");

  const same = await nina.submit(await nina.visit(`/tickets/${cast.printer}/wait-for-fix`));
  assert.equal(same.$("[role=status]").text(), "Nothing was changed.");

  const user = await nina.submit(await nina.visit(`/tickets/${cast.printer}/wait-for-user`));
  assert.match(user.$(".chips").text(), /waiting for the user/);

  const again = await nina.submit(await nina.visit(`/tickets/${cast.printer}/wait-for-user`));
  assert.equal(again.$("[role=status]").text(), "Nothing was changed.");

  const ours = await nina.submit(again, {}, { button: "Make it our turn" });
  assert.match(ours.$(".chips").text(), /our turn/);
});

test("a ticket waits for a fix of no issue that has no address", async () => {
  const before = await db("tickets").where({ id: cast.lea }).first("status", "issue_url");
  for (const [issue, error] of [
    ["", /Give the address/],
    ["14754", /begins with https/],
    ["javascript:alert(1)", /begins with https/],
    ["https://tracker.example.org/a b", /no spaces/],
    ["https://somebody@tracker.example.org/1", /no address of a page/],
    [`https://tracker.example.org/${"1".repeat(500)}`, /500 characters/],
  ] as const) {
    const refused = await nina.submit(await nina.visit(`/tickets/${cast.lea}/wait-for-fix`), { issue });
    assert.equal(refused.status, 422);
    assert.match(refused.$("#issue-error").text(), error);
    assert.equal(refused.$("#issue").attr("value") ?? "", issue);
  }
  assert.deepEqual(await db("tickets").where({ id: cast.lea }).first("status", "issue_url"), before);
});

suite("hand over", () => {
  test("gives it to a colleague, with a note that stands in their mentions", async () => {
    const form = await nina.visit(`/tickets/${cast.lea}/hand-over`);

    const page = await nina.submit(form, { to: staff.ilse.id, note: "She speaks French" });

    assert.match(page.$(".chips").text(), /with ilse/);
    assert.match(page.$(".event").last().text(), /nina handed it over to ilse/);
    assert.equal(page.$("article.note .written").text(), "She speaks French");
    const ilse = await desk.signIn("ilse");
    assert.match((await ilse.visit("/mentions")).$("main").text(), /She speaks French/);
  });

  test("refuses nobody, an unknown person and a closed account beside the field, and keeps the note", async () => {
    const form = await nina.visit(`/tickets/${cast.printer}/hand-over`);
    await db("staff").where({ id: staff.adam.id }).update({ disabled_at: new Date() });

    for (const to of ["", "999999", "abc", staff.adam.id]) {
      const refused = await nina.submit(form, { to, note: "Please look" });

      assert.equal(refused.status, 422);
      assert.notEqual(refused.$("#to-error").text(), "");
      assert.equal(refused.$("textarea").text().trim(), "Please look");
    }
    await db("staff").where({ id: staff.adam.id }).update({ disabled_at: null });
    assert.equal((await ticketRow(cast.printer)).owner_id, null);
  });

  test("says so when it is theirs already", async () => {
    await db("tickets").where({ id: cast.silent }).update({ owner_id: staff.ilse.id });
    const form = await nina.visit(`/tickets/${cast.silent}/hand-over`);
    assert.equal(form.$(`option[value=${staff.ilse.id}]`).length, 0);

    const refused = await nina.submit(form, { to: staff.ilse.id });

    assert.match(refused.$("#to-error").text(), /theirs already/);
  });
});

suite("move", () => {
  test("puts a ticket into another queue, and its person's later mails too", async () => {
    const other = await db("queues").where({ language: "de" }).first("id", "name");
    const form = await nina.visit(`/tickets/${cast.printer}/move`);
    assert.equal(form.$("option[selected]").attr("value"), (await ticketRow(cast.printer)).queue_id);

    const page = await nina.submit(form, { queue: other.id });

    assert.match(page.$(".chips").text(), new RegExp(other.name));
    const { person_id } = await ticketRow(cast.printer);
    assert.equal((await db("people").where({ id: person_id }).first("queue_id")).queue_id, other.id);
  });

  test("refuses the same queue, an unknown one and no queue", async () => {
    const { queue_id } = await ticketRow(cast.lea);
    const form = await nina.visit(`/tickets/${cast.lea}/move`);

    for (const queue of [queue_id, "999999", "abc"]) {
      const refused = await nina.submit(form, { queue });
      assert.equal(refused.status, 422, queue);
      assert.notEqual(refused.$("#queue-error").text(), "");
    }
    assert.equal((await ticketRow(cast.lea)).queue_id, queue_id);
  });
});

test("the pages of a ticket that is not there are not found", async () => {
  const pages = [
    ...[
      "snooze",
      "wait-for-fix",
      "wait-for-user",
      "forward",
      "hand-over",
      "move",
      "tags",
      "priority",
      "facts",
    ],
    ...["link", "merge", "split", "unmerge/1"],
  ];
  for (const page of pages) {
    assert.equal((await nina.visit(`/tickets/999999/${page}`)).status, 404, page);
    assert.equal((await nina.visit(`/tickets/abc/${page}`)).status, 404, page);
  }
});

async function ticketRow(id: string) {
  return await db("tickets").where({ id }).first();
}
