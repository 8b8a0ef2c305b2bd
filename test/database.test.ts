import assert from "node:assert/strict";
import test from "node:test";
import { openDatabase } from "#src/database.ts";
import { createTestDatabase } from "#test/support/postgres.ts";

test("a statement is parsed once for each connection and gives each time what its values ask for", async (t) => {
  const { url } = await createTestDatabase(t);
  const db = openDatabase(url, { connections: 1 });
  t.after(() => db.destroy());
  await db("queues").where({ name: "English" }).first("name");
  const found = await db("queues").where({ name: "Français" }).first("name");

  assert.equal(found.name, "Français");
  const { rows } = await db.raw(
    `select generic_plans + custom_plans as runs from pg_prepared_statements where statement like 'select "name"%'`,
  );
  assert.deepEqual(rows, [{ runs: "2" }]);
});

test("a program that runs while a table is changed fails once and goes on", async (t) => {
  const { db, url } = await createTestDatabase(t);
  const worker = openDatabase(url, { connections: 1 });
  t.after(() => worker.destroy());
  await worker("queues").orderBy("id").first();
  await db.raw("alter table queues add column colour text not null default 'green'");

  await assert.rejects(worker("queues").orderBy("id").first(), /cached plan must not change result type/);
  assert.equal((await worker("queues").orderBy("id").first()).colour, "green");
});

test("several statements can be run at once, as in a migration", async (t) => {
  const { db } = await createTestDatabase(t);
  await db.raw(
    "update queues set name = 'Anglais' where language = 'en'; delete from queues where language = 'it'",
  );

  assert.equal((await db("queues").where({ language: "en" }).first("name")).name, "Anglais");
  assert.equal(await db("queues").where({ language: "it" }).first("name"), undefined);
});
