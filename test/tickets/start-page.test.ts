import assert from "node:assert/strict";
import test, { after } from "node:test";
import { findTicket } from "#src/tickets/find.ts";
import { takeOldest } from "#src/tickets/take-oldest.ts";
import { startDesk } from "#test/support/browser.ts";
import { createCast } from "#test/support/cast.ts";
import { statementsOf } from "#test/support/count-statements.ts";

const desk = await startDesk({ after });
const { db, vault } = desk;
const nina = await desk.signIn("nina");

test("an empty desk says that nothing is unanswered", async () => {
  const page = await nina.visit("/");

  assert.equal(page.$(".empty h2").text(), "Nothing is unanswered");
  assert.equal(page.$("form[action='/take-the-oldest']").length, 0);
});

test("shows what waits for us, the longest wait first, and takes the oldest", async () => {
  const cast = await createCast(desk);
  await db("tickets")
    .where({ id: cast.lea })
    .update({ our_turn_since: db.raw("now() - interval '3 days'") });

  const page = await nina.visit("/");
  const subjects = page
    .$("tbody th a")
    .map((_, link) => page.$(link).text())
    .get();
  const taken = await nina.submit(page, {}, { button: "Take the oldest" });

  assert.equal(subjects[0], "Le Wi-Fi se coupe sans arrêt depuis la 7.4");
  assert.ok(subjects.includes("No summary"));
  assert.equal(page.$(".chip.turn").length, 1);
  assert.equal(page.$("tbody tr").first().find(".chip").text(), "3 d late");
  assert.equal(page.$(".tile").first().text(), "4our turn");
  assert.equal(new URL(taken.url).pathname, `/tickets/${cast.lea}`);
  assert.equal((await findTicket(db, vault, cast.lea))?.owner_name, "nina");
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

test("needs 6 statements at most", async () => {
  const statements = await statementsOf(() => nina.visit("/"));

  assert.ok(statements.length <= 6, `${statements.length}: ${statements.join("\n")}`);
});
