import assert from "node:assert/strict";
import { after, test } from "node:test";
import pg from "pg";
import { createTestDatabase } from "./postgres.ts";
import { asAdmin } from "./postgres-server.ts";

const whole = await createTestDatabase({ after });

test("gives each test a migrated database of its own", async (t) => {
  const began = performance.now();
  const { db, url } = await createTestDatabase(t);
  const milliseconds = performance.now() - began;
  await db.raw("create table seen (word text)");

  const { rows } = await whole.db.raw(
    "select to_regclass('seen') as seen, to_regclass('migrations') as migrated",
  );

  assert.notEqual(url, whole.url);
  assert.deepEqual(rows, [{ seen: null, migrated: "migrations" }]);
  t.diagnostic(`cloned in ${milliseconds.toFixed(0)} ms`);
});

test("drops the database at the end, also when sessions are open", async () => {
  let end = async () => {};
  const { url } = await createTestDatabase({
    after(undo) {
      end = undo;
    },
  });
  const session = new pg.Client(url);
  session.on("error", () => {});
  await session.connect();

  await end();

  const found = await asAdmin(whole.url, (admin) =>
    admin.query("select from pg_database where datname = $1", [new URL(url).pathname.slice(1)]),
  );
  assert.equal(found.rowCount, 0);
});
