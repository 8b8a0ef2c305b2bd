import assert from "node:assert/strict";
import test, { after } from "node:test";
import { startDesk } from "#test/support/browser.ts";
import { createCast } from "#test/support/cast.ts";

const desk = await startDesk({ after });
const cast = await createCast(desk);
const nina = await desk.signIn("nina");

test("one button resolves a ticket, another opens it again", async () => {
  const resolved = await nina.submit(await nina.visit(`/tickets/${cast.wifi}`), {}, { button: "Resolve" });
  assert.match(resolved.$(".chips").text(), /resolved/);
  assert.match(resolved.$(".chips").text(), /closed .* by nina/);

  const open = await nina.submit(resolved, {}, { button: "Re-open" });

  assert.match(open.$(".chips").text(), /our turn/);
  assert.match(open.$(".event").last().text(), /nina opened it again/);
});

test("spam is asked for first", async () => {
  const ticket = await nina.visit(`/tickets/${cast.lea}`);
  const form = await nina.visit(ticket.$("a:contains('Spam…')").attr("href") ?? "");
  assert.equal(form.$("input[value=spam]").attr("checked"), "checked");

  const page = await nina.submit(form);

  assert.equal(page.$("[role=status]").text(), "The ticket is closed as spam.");
});

test("what it is must be one of the two", async () => {
  const form = await nina.visit(`/tickets/${cast.printer}/close`);

  const refused = await nina.submit(form, { as: "deleted" });

  assert.equal(refused.status, 422);
  assert.equal(refused.$(".error").first().text(), "Choose what it is: resolved or spam");
  assert.match((await nina.visit(`/tickets/${cast.printer}`)).$(".chips").text(), /our turn/);
});

test("the page behind the button opens it again", async () => {
  const page = await nina.submit(await nina.visit(`/tickets/${cast.lea}/reopen`));

  assert.equal(page.$("[role=status]").text(), "It is our turn again.");
});
