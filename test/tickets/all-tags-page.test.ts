import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { tagTicket } from "#src/tickets/tag.ts";
import { startDesk } from "#test/support/browser.ts";
import { createCast } from "#test/support/cast.ts";

const desk = await startDesk({ after });
const { db, staff } = desk;
const [nina, ilse] = await Promise.all([desk.signIn("nina"), desk.signIn("ilse")]);
let ids: Record<string, string> = {};

before(async () => {
  const empty = await nina.visit("/tags");
  assert.equal(empty.$(".empty h2").text(), "No tags yet");
  const cast = await createCast(desk);
  await tagTicket(db, cast.wifi, staff.nina.id, "wifi");
  await tagTicket(db, cast.lea, staff.nina.id, "wi-fi");
  await tagTicket(db, cast.wifi, staff.nina.id, "wi-fi");
  ids = Object.fromEntries((await db("tags").select("id", "name")).map(({ id, name }) => [name, id]));
});

test("everybody sees the tags with their counts; the help desk cannot change them", async () => {
  const page = await nina.visit("/tags");

  assert.match(
    page.$("tbody").text().replaceAll(/\s+/g, " "),
    /wi-fi 2 with the tag wi-fi not described wifi 1 with the tag wifi not described/,
  );
  assert.equal(page.$("tbody th a").length, 0);
  assert.equal((await nina.visit(`/tags/${ids.wifi}`)).status, 403);
});

test("a lead renames and describes a tag", async () => {
  const page = await ilse.visit(`/tags/${ids.wifi}`);

  const saved = await ilse.submit(
    page,
    { name: "wlan", description: "No network <at all>" },
    { button: "Save the tag" },
  );

  assert.equal(saved.$("[role=status]").text(), "The tag is saved.");
  assert.match(saved.$("tbody").text(), /No network <at all>/);
});

test("a name that is empty, too long or taken is refused, and what was typed stays", async () => {
  const page = await ilse.visit(`/tags/${ids.wifi}`);
  const send = (name: string) => ilse.submit(page, { name, description: "Kept" }, { button: "Save the tag" });

  const [none, long, taken] = [await send("  "), await send("x".repeat(61)), await send("WI-FI")];

  assert.equal(none.$("#name-error").text(), "Give the tag a name");
  assert.equal(long.$("#name-error").text(), "A tag has 60 characters at most");
  assert.equal(long.$("#name").attr("value"), "x".repeat(61));
  assert.equal(taken.$("#name-error").text(), "There is a tag of this name: merge the two instead");
  assert.equal(taken.$("#description").text().trim(), "Kept");
});

test("merging a tag with itself, with none or with an unknown one changes nothing", async () => {
  const page = await ilse.visit(`/tags/${ids.wifi}`);
  const send = (into: string) => ilse.submit(page, { into }, { button: "Merge the tags" });

  const [none, itself, unknown] = [await send(""), await send(ids.wifi ?? ""), await send("999")];

  assert.equal(none.$("#into-error").text(), "Choose a tag from the list");
  assert.equal(itself.$("#into-error").text(), "A tag cannot be merged with itself");
  assert.equal(unknown.status, 422);
  assert.equal((await db("tags")).length, 2);
});

test("a lead merges two tags", async () => {
  const page = await ilse.visit(`/tags/${ids.wifi}`);

  const merged = await ilse.submit(page, { into: ids["wi-fi"] ?? "" }, { button: "Merge the tags" });

  assert.equal(merged.$("[role=status]").text(), "wlan is wi-fi now, on 1 ticket.");
  assert.equal((await ilse.visit(`/tags/${ids.wifi}`)).status, 404);
  assert.equal((await ilse.visit("/tags/x")).status, 404);
});
