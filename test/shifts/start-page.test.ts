import assert from "node:assert/strict";
import test, { after } from "node:test";
import { findTicket } from "#src/tickets/find.ts";
import { takeOldest } from "#src/tickets/take-oldest.ts";
import { addSealingKey } from "#src/vault/sealing-keys.ts";
import { startDesk } from "#test/support/browser.ts";
import { createCast } from "#test/support/cast.ts";
import { statementsOf } from "#test/support/count-statements.ts";

const desk = await startDesk({ after });
const { db, vault } = desk;
const nina = await desk.signIn("nina");

test("an empty desk says that nothing is unanswered", async () => {
  const page = await nina.visit("/");

  assert.equal(page.$(".empty h2").text(), "Nothing is unanswered");
  assert.equal(page.$(".news").text(), "In the last 24 hours: nothing new.");
  assert.equal(page.$("form[action='/take-the-oldest']").length, 0);
});

test("shows what waits for us, the longest wait first, and takes the oldest", async () => {
  const cast = await createCast(desk);
  await db("tickets")
    .where({ id: cast.lea })
    .update({ our_turn_since: db.raw("now() - interval '3 days'") });

  const page = await nina.visit("/");
  const subjects = page
    .$(".tickets tbody th a")
    .map((_, link) => page.$(link).text())
    .get();
  const taken = await nina.submit(page, {}, { button: "Take the oldest" });

  assert.equal(subjects[0], "Le Wi-Fi se coupe sans arrêt depuis la 7.4");
  assert.ok(subjects.includes("No summary"));
  assert.equal(page.$(".chip.turn").length, 1);
  const first = page.$(".tickets tbody tr").first();
  assert.equal(first.find("td .chip").text(), "3 d late");
  assert.equal(first.find("th .chip").text(), "unread");
  assert.equal(page.$(".tile").eq(0).text(), "1over the promise");
  assert.equal(page.$(".tile").eq(1).text(), "4our turn");
  assert.equal(new URL(taken.url).pathname, `/tickets/${cast.lea}`);
  assert.equal((await findTicket(db, vault, cast.lea))?.owner_name, "nina");
});

test("what is snoozed until later today is counted as coming back", async () => {
  const before = (await nina.visit("/")).$(".tile:contains('back today') b").text();
  const [ticket] = await db("tickets").whereNotNull("our_turn_since").orderBy("id", "desc").limit(1);
  const was = { status: ticket.status, our_turn_since: ticket.our_turn_since, snoozed_until: null };
  const today = db.raw(
    "(date_trunc('day', now() at time zone 'UTC') + interval '23:59:59') at time zone 'UTC'",
  );

  await db("tickets")
    .where({ id: ticket.id })
    .update({ status: "snoozed", our_turn_since: null, snoozed_until: today });
  const back = (await nina.visit("/")).$(".tile:contains('back today') b").text();
  await db("tickets")
    .where({ id: ticket.id })
    .update({ snoozed_until: db.raw("now() + interval '2 days'") });
  const later = (await nina.visit("/")).$(".tile:contains('back today') b").text();
  await db("tickets").where({ id: ticket.id }).update(was);

  assert.deepEqual([before, back, later], ["0", "1", "0"]);
});

test("two people who take the oldest at once get two tickets", async () => {
  await db("tickets").update({ owner_id: null });
  const ilse = await desk.signIn("ilse");
  const [one, other] = await Promise.all([nina.visit("/"), ilse.visit("/")]);

  const pages = await Promise.all([
    nina.submit(one, {}, { button: "Take the oldest" }),
    ilse.submit(other, {}, { button: "Take the oldest" }),
  ]);

  assert.equal(new Set(pages.map((page) => page.url)).size, 2);
});

test("a ticket that somebody is just taking is passed over, and nobody waits for them", async () => {
  await db("tickets").update({ owner_id: null });
  const [oldest, second] = await db("tickets").orderBy(["our_turn_since", "id"]).select("id");

  const taken = await db.transaction(async (trx) => {
    await trx("tickets").where({ id: oldest.id }).forUpdate().first("id");
    return await takeOldest(db, desk.staff.nina.id);
  });

  assert.equal(taken, second.id);
});

test("says so when everything that waits has an owner", async () => {
  const page = await nina.visit("/");
  await db("tickets").update({ owner_id: desk.staff.ilse.id });

  const after = await nina.submit(page, {}, { button: "Take the oldest" });

  assert.equal(after.$("[role=status]").text(), "Nothing waits without an owner.");
});

test("tells what the staff did lately, and never that somebody looked at an address", async () => {
  await db("ticket_events").insert({ ticket_id: "1", staff_id: desk.staff.ilse.id, action: "address_shown" });

  const page = await nina.visit("/");

  assert.match(page.$(".lately").text(), /You took it: Le Wi-Fi/);
  assert.doesNotMatch(page.html, /looked at the address/);
});

test("needs 8 statements at most", async () => {
  const statements = await statementsOf(() => nina.visit("/"));

  assert.ok(statements.length <= 8, `${statements.length}: ${statements.join("\n")}`);
});

test("the queues of the languages that somebody speaks come first, and their oldest is taken", async () => {
  await db("tickets").update({ owner_id: null });
  const french = await db("tickets").where({ language: "fr" }).first("id");
  await db("tickets").where({ id: french.id }).update({ our_turn_since: db.fn.now() });
  await db("staff")
    .where({ name: "nina" })
    .update({ languages: ["fr"] });

  const page = await nina.visit("/");
  const headings = page.$(".split section h2").text();
  const taken = await nina.submit(page, {}, { button: "Take the oldest" });

  assert.match(headings, /^Your languages/);
  assert.equal(page.$(".promises tbody th").first().text(), "Français");
  assert.equal(new URL(taken.url).pathname, `/tickets/${french.id}`);
});

test("each queue has its own promise", async () => {
  await db("tickets").update({ our_turn_since: db.raw("now() - interval '3 hours'") });
  await db("queues").where({ language: "fr" }).update({ promise_hours: 2 });

  const page = await nina.visit("/");

  assert.equal(page.$(".tile").first().text(), "1over the promise");
  assert.equal(page.$(".chip.turn").length, 1);
  assert.match(page.$(".promises tbody tr").first().text().replaceAll(/\s+/g, " "), /Français 2 h 1 1/);
});

test("tells what is new since the last shift, who calls and what is not sent yet", async () => {
  const ilse = await desk.signIn("ilse");
  await db("ticket_events").where({ action: "taken" }).delete();
  await db("shifts").insert(await endedShift("nina", "Before."));
  const ticket = await db("tickets").first("id");
  await ilse.submit(await ilse.visit(`/tickets/${ticket.id}/note`), { text: "@nina do you know this?" });
  await db("ticket_events").insert({
    ticket_id: ticket.id,
    staff_id: desk.staff.ilse.id,
    action: "answered",
  });

  const page = await nina.visit("/");

  assert.match(page.$(".news").text(), /Since your last shift.*: 4 new, 1 answered by others/);
  assert.match(page.$("aside").text(), /by ilse on ticket/);
  assert.match(page.$("aside .written").text(), /^Before\.$/);
});

async function endedShift(name: "nina" | "ilse", note: string) {
  const key = await addSealingKey(db, vault);
  return {
    staff_id: desk.staff[name].id,
    started_at: db.raw("now() - interval '3 days'"),
    ended_at: db.raw("now() - interval '2 days'"),
    key_id: key.id,
    sealed_note: vault.seal(key.wrapped_key, "handover", note),
  };
}

test("the database compiles no statement of a page: that takes longer than the statement", async () => {
  const result = await db.raw("show jit");

  assert.deepEqual(result.rows, [{ jit: "off" }]);
});
