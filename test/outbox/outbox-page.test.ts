import assert from "node:assert/strict";
import test, { after, beforeEach } from "node:test";
import { decideAboutAnswer } from "#src/tickets/decide-about-answer.ts";
import { replyToTicket } from "#src/tickets/reply.ts";
import { deskGauges } from "#src/web/desk-gauges.ts";
import { startDesk } from "#test/support/browser.ts";
import { confirmOffered, createCast } from "#test/support/cast.ts";
import { statementsOf } from "#test/support/count-statements.ts";

const desk = await startDesk({ after });
const { db, vault, staff } = desk;
const nina = await desk.signIn("nina");

const empty = await nina.visit("/outbox");
const cast = await createCast(desk);
await confirmOffered(desk, cast.wifi, desk.staff.nina.id);
await replyToTicket(db, vault, {
  ticketId: cast.wifi,
  staffId: staff.nina.id,
  text: "Thank you",
  clearAgreed: false,
  seenMessageId: null,
});
const { id } = await db("outbox_mails").first("id");
const path = `/outbox/${id}/decide`;

const make = async (change: Record<string, unknown>) => {
  await db("outbox_mails").update({
    failure: null,
    bounced_at: null,
    decided_at: null,
    decided_by: null,
    ...change,
  });
  await db("tickets").where({ id: cast.wifi }).update({ status: "waiting_for_user", our_turn_since: null });
};
const unknown = { state: "unknown", failure: "The connection broke after the text was handed over" };

beforeEach(() => make(unknown));

test("an empty outbox says so", () => {
  assert.equal(empty.$(".empty h2").text(), "No answer is in trouble");
  assert.match(empty.$("main").text(), /Nothing waits to be sent/);
});

test("an answer that waits stands below, with what went wrong at the last try", async () => {
  await make({ state: "queued", attempts: 2, failure: "The mail server asked to try later: 451" });

  const page = await nina.visit("/outbox");

  assert.match(page.$("tbody").text(), /tried 2 times\s*The mail server asked to try later: 451/);
});

test("each kind of trouble is told, counted in the rail and decided about", async () => {
  const told = async (change: Record<string, unknown>) => {
    await make(change);
    const page = await nina.visit("/outbox");
    const chip = page.$("tbody .chip").text();
    const decide = await nina.visit(page.$("tbody a.button").attr("href") ?? "");
    return [
      chip,
      page.$(".rail a[href='/outbox'] .count").text().trim(),
      decide.$("form.card > p").eq(-1).text().slice(0, 29),
    ];
  };

  assert.deepEqual(await told({ state: "failed", failure: "Refused: 550" }), [
    "not sent",
    "1",
    "It has not left: the server r",
  ]);
  assert.deepEqual(await told(unknown), ["may have left, or not", "1", "Nobody can know from here whe"]);
  assert.deepEqual(await told({ state: "accepted", bounced_at: new Date() }), [
    "came back",
    "1",
    "A mail server took it and sen",
  ]);
  assert.deepEqual(await told({ state: "failed", failure: "Again", decided_at: new Date() }), [
    "not sent",
    "1",
    "It has not left: the server r",
  ]);
});

test("sending again puts it back into the outbox, with the same reference", async () => {
  const before = await db("outbox_mails").where({ id }).first("reference");

  const page = await nina.submit(await nina.visit(path), { decision: "send again" });

  const mail = await db("outbox_mails").where({ id }).first();
  assert.equal(mail.state, "queued");
  assert.equal(mail.reference, before.reference);
  assert.equal(mail.decided_by, staff.nina.id);
  assert.equal(new URL(page.url).pathname, `/tickets/${cast.wifi}`);
  assert.match(page.$(".event").last().text(), /nina decided about an answer: send again/);
});

test("a sysadmin's metrics count each kind of trouble apart", async () => {
  const told = async (change: Record<string, unknown>) => {
    await make(change);
    const gauges = deskGauges(db);
    await gauges.refresh();
    return /whisperdesk_outbox_mails\{state="(\w+)"\} 1/.exec(await gauges.registry.metrics())?.[1];
  };

  assert.equal(await told({ state: "accepted", bounced_at: new Date() }), "returned");
  assert.equal(await told({ state: "failed", failure: "550" }), "failed");
  assert.equal(await told(unknown), "unknown");
  assert.equal(await told({ state: "accepted" }), undefined);
});

test("an answer that came back can be sent again too", async () => {
  await make({ state: "accepted", bounced_at: new Date() });

  await nina.submit(await nina.visit(path), { decision: "send again" });

  assert.equal((await db("outbox_mails").where({ id }).first("state")).state, "queued");
});

test("an answer that arrived counts as sent", async () => {
  const page = await nina.submit(await nina.visit(path), { decision: "count as sent" });

  assert.match(page.$("article.ours .verdict").text(), /sent encrypted and signed/);
});

test("giving up makes it our turn again, since the person still waits", async () => {
  const page = await nina.submit(await nina.visit(path), { decision: "give up" });

  assert.match(page.$(".chips").text(), /our turn/);
  assert.match(page.$("article.ours .verdict").text(), /given up, not sent/);
});

test("without a decision it asks for one", async () => {
  const refused = await nina.submit(await nina.visit(path));
  const forged = await nina.submit(await nina.visit(path), { decision: "delete" });

  assert.equal(refused.status, 422);
  assert.equal(refused.$("#decision-error").text(), "Choose what becomes of this answer");
  assert.equal(forged.status, 422);
});

test("what somebody else has decided already is not decided twice", async () => {
  const form = await nina.visit(path);
  await make({ state: "queued" });

  const page = await nina.submit(form, { decision: "give up" });

  assert.equal(new URL(page.url).pathname, "/outbox");
  assert.equal(page.$("[role=status]").text(), "There is nothing to decide about this answer any more.");
  assert.equal((await db("outbox_mails").where({ id }).first("state")).state, "queued");
});

test("of two decisions at once one counts", async () => {
  const decided = async () =>
    Number((await db("ticket_events").where({ action: "decided" }).count().first())?.count);
  const before = await decided();

  const results = await Promise.all([
    decideAboutAnswer(db, id, staff.nina.id, "give up"),
    decideAboutAnswer(db, id, staff.ilse.id, "send again"),
  ]);

  assert.equal(results.filter((ticketId) => ticketId === null).length, 1);
  assert.equal(await decided(), before + 1);
});

test("an unknown id is a page 404", async () => {
  for (const bad of ["abc", "0", "999", "999999999999999999999"]) {
    assert.equal((await nina.visit(`/outbox/${bad}/decide`)).status, 404, bad);
  }
});

test("needs 6 statements at most", async () => {
  const statements = await statementsOf(() => nina.visit("/outbox"));

  assert.ok(statements.length <= 6, statements.join("\n"));
});
