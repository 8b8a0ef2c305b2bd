import assert from "node:assert/strict";
import test, { after } from "node:test";
import { startDesk } from "#test/support/browser.ts";
import { createCast } from "#test/support/cast.ts";

const desk = await startDesk({ after });
const cast = await createCast(desk);
const nina = await desk.signIn("nina");
const ilse = await desk.signIn("ilse");

test("one person takes a ticket, and who comes second is told", async () => {
  const [mine, hers] = await Promise.all([
    nina.visit(`/tickets/${cast.wifi}`),
    ilse.visit(`/tickets/${cast.wifi}`),
  ]);

  const taken = await nina.submit(mine, {}, { button: "Take" });
  const late = await ilse.submit(hers, {}, { button: "Take" });

  assert.match(taken.$(".chips").text(), /yours/);
  assert.equal(late.$("[role=status]").text(), "It has an owner already. Nothing was changed.");
  assert.match(late.$(".chips").text(), /with nina/);
});

test("only the owner gives it back", async () => {
  const hers = await ilse.visit(`/tickets/${cast.wifi}/give-back`);
  const refused = await ilse.submit(hers);
  assert.equal(refused.$("[role=status]").text(), "You are not its owner. Nothing was changed.");

  const given = await nina.submit(await nina.visit(`/tickets/${cast.wifi}`), {}, { button: "Give back" });

  assert.equal(given.$("[role=status]").text(), "Anybody may take it now.");
  assert.match(given.$(".event").last().text(), /nina gave it back/);
});

test("the page behind the button asks the same", async () => {
  const page = await nina.submit(await nina.visit(`/tickets/${cast.lea}/take`));

  assert.match(page.$(".chips").text(), /yours/);
});
