import assert from "node:assert/strict";
import test, { after } from "node:test";
import { forwardInside } from "#src/tickets/forward-inside.ts";
import { mergeTickets } from "#src/tickets/merge.ts";
import { takeTicket } from "#src/tickets/take.ts";
import { startDesk } from "#test/support/browser.ts";
import { createCast } from "#test/support/cast.ts";

const desk = await startDesk({ after });
const { db, vault, staff } = desk;
const cast = await createCast(desk);
const [nina, ilse, adam] = [await desk.signIn("nina"), await desk.signIn("ilse"), await desk.signIn("adam")];

test("brings a message before two colleagues with a note, and the owner stays", async () => {
  await takeTicket(db, cast.wifi, staff.nina.id);
  const before = await stateOf(cast.wifi);
  const ticket = await nina.visit(`/tickets/${cast.wifi}`);
  const link = ticket.$("a").filter((_, each) => ticket.$(each).text() === "Forward inside…");
  const form = await nina.visit(link.attr("href") ?? "");
  assert.deepEqual(
    form
      .$("[name=to]")
      .map((_, box) => form.$(`label[for=${form.$(box).attr("id")}]`).text())
      .get(),
    ["adam", "ilse"],
  );

  const page = await nina.submit(form, {
    to: [staff.ilse.id, staff.adam.id],
    note: "Is this <b>firmware</b> known?",
  });

  assert.match(page.$("[role=status]").text(), /stands in their mentions/);
  assert.equal(page.$("article.note .written").last().text(), "Is this <b>firmware</b> known?");
  assert.match(page.$(".event").last().text(), /nina forwarded it inside to adam, ilse/);
  const about = page.$("article.note a[href^='#message-']").last().attr("href") ?? "";
  assert.equal(page.$(`article${about}`).length, 1);
  assert.deepEqual(await stateOf(cast.wifi), before, "owner, turn and queue are the same");
  assert.equal((await db("outbox_mails")).length, 0);
  for (const colleague of [ilse, adam]) {
    const start = await colleague.visit("/");
    assert.match(
      start.$("section:has(a[href='/mentions'])").text(),
      new RegExp(`nina on ticket ${cast.wifi}`),
    );
    assert.match((await colleague.visit("/mentions")).$("article").text(), /firmware/);
  }
  assert.equal((await nina.visit("/mentions")).$("article").length, 0);
});

test("an undo takes it from those who have not read it, and the note stays", async () => {
  await ilse.submit(await ilse.visit("/mentions"), {}, { button: `Mark as read on ticket ${cast.wifi}` });
  const page = await nina.visit(`/tickets/${cast.wifi}`);

  const undone = await nina.submit(page, {}, { button: "Undo: forwarded it inside to adam, ilse" });

  assert.match(undone.$(".event").last().text(), /nina undid: forwarded it inside to adam, ilse/);
  assert.equal((await adam.visit("/mentions")).$("article").length, 0);
  assert.match(undone.$("article.note .written").last().text(), /firmware/);
  assert.equal((await db("mentions").where({ staff_id: staff.ilse.id })).length, 1);
});

test("a chosen message stands in the form, and without a note it says what to do", async () => {
  const first = await db("messages").where({ ticket_id: cast.wifi }).orderBy("id").first("id");
  const form = await nina.visit(`/tickets/${cast.wifi}/forward?message=${first.id}`);
  assert.equal(form.$("#message [selected]").attr("value"), first.id);

  const page = await nina.submit(form, { to: staff.ilse.id });

  assert.equal(page.$("article.note .written").last().text(), "Please look at this.");
  assert.equal(page.$("article.note a[href^='#message-']").last().attr("href"), `#message-${first.id}`);
});

test("nobody, a closed account, a foreign message and a forged one are refused beside their field, and nothing changes", async () => {
  await db("staff").where({ id: staff.adam.id }).update({ disabled_at: new Date() });
  const form = await nina.visit(`/tickets/${cast.wifi}/forward`);
  const foreign = await db("messages").where({ ticket_id: cast.lea }).first("id");
  const own = form.$("#message [selected]").attr("value") ?? "";
  const before = (await db("mentions")).length;

  const wrong: [message: string, to: string[], where: string, words: RegExp][] = [
    [own, [], "#to-error", /Choose one colleague/],
    [own, ["999999"], "#to-error", /does not work here/],
    [own, ["1 or 1=1"], "#to-error", /does not work here/],
    [own, [staff.ilse.id, staff.adam.id], "#to-error", /does not work here/],
    [foreign.id, [staff.ilse.id], "#message-error", /not on the ticket/],
    ["abc", [staff.ilse.id], "#message-error", /not on the ticket/],
  ];
  const token = form.$("[name=_csrf]").attr("value") ?? "";
  for (const [message, to, where, words] of wrong) {
    const body = new URLSearchParams([
      ["_csrf", token],
      ["message", message],
      ["note", "Kept words"],
      ...to.map((id): [string, string] => ["to", id]),
    ]);
    const refused = await nina.post(`/tickets/${cast.wifi}/forward`, body.toString());
    assert.equal(refused.status, 422);
    assert.match(refused.$(where).text(), words);
    assert.equal(refused.$("#note").text().trim(), "Kept words");
  }
  await db("staff").where({ id: staff.adam.id }).update({ disabled_at: null });
  assert.equal((await db("mentions")).length, before);
});

test("a merged ticket refuses it, and its page leads to the other one", async () => {
  await mergeTickets(db, {
    sourceId: cast.silent,
    targetId: cast.wifi,
    staffId: staff.nina.id,
    twoAddressesAgreed: true,
  });
  const message = await db("messages").where({ ticket_id: cast.wifi }).first("id");

  const given = {
    ticketId: cast.silent,
    staffId: staff.nina.id,
    messageId: message.id,
    toStaffIds: [staff.ilse.id],
  };
  assert.deepEqual(await forwardInside(db, vault, { ...given, note: "" }), { ok: false, reason: "merged" });
});

async function stateOf(id: string) {
  return await db("tickets")
    .where({ id })
    .first("status", "owner_id", "queue_id", "our_turn_since", "priority");
}
