import assert from "node:assert/strict";
import test, { after } from "node:test";
import { startDesk } from "#test/support/browser.ts";
import { createCast } from "#test/support/cast.ts";

const desk = await startDesk({ after });
const { db } = desk;
const cast = await createCast(desk);
const nina = await desk.signIn("nina");
const ilse = await desk.signIn("ilse");

test("the event line undoes what it tells, once", async () => {
  const ticket = await nina.visit(`/tickets/${cast.wifi}`);
  assert.equal(ticket.$(".event button").length, 0, "what the desk did by itself has no button");
  const resolved = await nina.submit(ticket, {}, { button: "Resolve" });
  const action = resolved.$(".event form").attr("action") ?? "";

  const undone = await ilse.submit(await ilse.visit(`/tickets/${cast.wifi}`), {}, { form: action });

  assert.equal(undone.$("[role=status]").text(), "It is undone.");
  assert.match(undone.$(".chips").text(), /our turn/);
  assert.match(undone.$(".event").last().text(), /ilse undid: closed it as resolved/);
  assert.equal(undone.$(".event form").length, 0);
  assert.match(undone.$(".event:contains('nina closed')").text(), /· undone/);

  const again = await nina.submit(resolved, {}, { form: action });
  assert.equal(again.status, 409);
  assert.match(again.$("main").text(), /Somebody undid it already/);
});

test("after ten minutes there is no button, and a forged one says why", async () => {
  const page = await nina.submit(await nina.visit(`/tickets/${cast.lea}/priority`), { priority: "high" });
  const action = page.$(".event form").attr("action") ?? "";
  await db("ticket_events")
    .where({ ticket_id: cast.lea })
    .update({ created_at: new Date(Date.now() - 601_000) });

  assert.equal((await nina.visit(`/tickets/${cast.lea}`)).$(".event form").length, 0);
  const late = await nina.submit(page, {}, { form: action });
  assert.equal(late.status, 409);
  assert.match(late.$("main").text(), /more than ten minutes ago/);
});

test("what somebody changed since is not undone", async () => {
  const first = await nina.submit(await nina.visit(`/tickets/${cast.printer}/priority`), {
    priority: "high",
  });
  const action = first.$(".event form").attr("action") ?? "";
  await ilse.submit(await ilse.visit(`/tickets/${cast.printer}/priority`), { priority: "low" });

  const line = (await nina.visit(`/tickets/${cast.printer}`)).$(".event:contains('priority to high')");
  assert.match(line.text(), /cannot be undone: changed since/, "it is said before anybody tries");
  assert.equal(line.find("form").length, 0);
  const refused = await nina.submit(first, {}, { form: action });

  assert.equal(refused.status, 409);
  assert.match(refused.$("main").text(), /Somebody changed the same since/);
  assert.equal((await db("tickets").where({ id: cast.printer }).first()).priority, "low");
});

test("an event of another ticket, or none, is not found", async () => {
  const event = await db("ticket_events").where({ ticket_id: cast.printer }).first("id");
  const page = await nina.visit(`/tickets/${cast.wifi}/tags`);
  const body = `_csrf=${page.$("[name=_csrf]").attr("value")}`;

  for (const id of [event.id, "999999", "abc", "99999999999999999999"]) {
    const response = await nina.post(`/tickets/${cast.wifi}/events/${id}/undo`, body);
    assert.equal(response.status, 404, id);
  }
});
