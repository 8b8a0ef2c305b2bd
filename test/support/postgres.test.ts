import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import pg from "pg";
import { createTestDatabase } from "./postgres.ts";
import { asAdmin, startTestServer } from "./postgres-server.ts";

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

test("starts from what an earlier server kept, with the migrated database in it", async (t) => {
  const kept = await mkdtemp(join(tmpdir(), "whisperdesk-kept-"));
  t.after(() => rm(kept, { recursive: true, force: true }));

  const first = await startTestServer(kept);
  await first.stop();
  const origins = await readdir(kept);
  const second = await startTestServer(kept);
  t.after(() => second.stop());

  const found = await asAdmin(second.url, (admin) =>
    admin.query("select from pg_database where datname like 'template\\_%'"),
  );
  assert.equal(found.rowCount, 1);
  assert.equal(origins.length, 1);
  assert.deepEqual(await readdir(kept), origins);
});

test("starts where nothing can be kept", async (t) => {
  const server = await startTestServer("/dev/null/kept");
  t.after(() => server.stop());

  const { rows } = await asAdmin(server.url, (admin) => admin.query("select 1 as one"));
  assert.deepEqual(rows, [{ one: 1 }]);
});
