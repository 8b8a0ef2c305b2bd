import assert from "node:assert/strict";
import test, { after } from "node:test";
import { startDesk } from "#test/support/browser.ts";

const desk = await startDesk({ after });
const { db } = desk;
const adam = await desk.signIn("adam");

test("at the start there is a queue for each of six languages, and one for all others", async () => {
  const page = await adam.visit("/queues");

  const cells = (selector: string) =>
    page
      .$(`tbody tr ${selector}`)
      .map((_, cell) => page.$(cell).text())
      .get();
  assert.deepEqual(cells("th"), [
    "English",
    "Français",
    "Deutsch",
    "Español",
    "Italiano",
    "Português",
    "Other",
  ]);
  assert.deepEqual(cells("td[data-label=Language]"), [
    ...["English", "French", "German", "Spanish", "Italian", "Portuguese"],
    "what is not recognised",
  ]);
});

test("an admin adds a queue, at the end, with its language and promise", async () => {
  const page = await adam.visit("/queues");

  const added = await adam.submit(
    page,
    { name: "فارسی", language: "FA", hours: "24" },
    { button: "Add the queue" },
  );

  assert.equal(added.$("[role=status]").text(), "The queue فارسی is there, at the end.");
  const last = added.$("tbody tr").last();
  assert.equal(last.find("th").text(), "فارسی");
  assert.equal(last.find("td[data-label=Language]").text(), "Persian");
  assert.equal(last.find("td[data-label=Promise]").text(), "24 h");
});

test("what is wrong is said beside its field, and what was typed stays", async () => {
  const page = await adam.visit("/queues");
  const send = (fields: Record<string, string>) =>
    adam.submit(
      page,
      { name: "Training", language: "", hours: "48", ...fields },
      { button: "Add the queue" },
    );

  const noName = await send({ name: "  " });
  const takenName = await send({ name: "english" });
  const takenLanguage = await send({ language: "de" });
  const badLanguage = await send({ language: "German" });
  const noHours = await send({ hours: "0" });
  const manyHours = await send({ hours: "9000" });

  assert.equal(noName.$("#name-error").text(), "Give the queue a name");
  assert.equal(takenName.$("#name-error").text(), "There is a queue of this name");
  assert.equal(takenName.status, 422);
  assert.equal(takenLanguage.$("#language-error").text(), "Mail in this language has a queue already");
  assert.match(badLanguage.$("#language-error").text(), /^Write the code of a language/);
  assert.match(noHours.$("#hours-error").text(), /from 1 to 8760/);
  assert.match(manyHours.$("#hours-error").text(), /from 1 to 8760/);
  assert.equal(manyHours.$("#hours").attr("value"), "9000");
  assert.equal(manyHours.$("#name").attr("value"), "Training");
});

test("renames a queue and changes its promise", async () => {
  const page = await adam.visit("/queues/3/change");

  const taken = await adam.submit(page, { name: "Français" }, { button: "Save the queue" });
  const saved = await adam.submit(taken, { name: "German", hours: "12" }, { button: "Save the queue" });

  assert.equal(taken.$("#name-error").text(), "There is a queue of this name");
  assert.equal(saved.$("[role=status]").text(), "The queue German is saved.");
  assert.equal((await db("queues").where({ id: 3 }).first()).promise_hours, 12);
});

test("moves a queue up, and the first no further", async () => {
  const page = await adam.visit("/queues");
  const token = new URLSearchParams(page.$("form[action='/queues/2/move']").first().serialize());
  const noWay = await adam.post("/queues/2/move", token);
  token.set("to", "up");

  const moved = await adam.post("/queues/2/move", token);
  const again = await adam.post("/queues/2/move", token);

  assert.equal(noWay.status, 404);
  assert.equal(moved.$("tbody th").first().text(), "Français");
  assert.equal(again.$("tbody th").first().text(), "Français");
});

test("unknown queues are not found, and only admins come here", async () => {
  const nina = await desk.signIn("nina");

  assert.equal((await adam.visit("/queues/99/change")).status, 404);
  assert.equal((await adam.visit("/queues/x/change")).status, 404);
  assert.equal((await nina.visit("/queues")).status, 403);
  assert.equal((await nina.visit("/queues/1/change")).status, 403);
});
