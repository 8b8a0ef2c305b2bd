import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Mistake } from "#src/search/query-mistake.ts";
import { searchTransaction } from "#src/search/search-transaction.ts";
import { createTestDatabase } from "#test/support/postgres.ts";

const { db } = await createTestDatabase({ after });

test("the very first statement of a search is planned for a search, and nothing of it stays behind", async () => {
  const read =
    "select current_setting('enable_seqscan') as seqscan, current_setting('statement_timeout') as most";
  for (let time = 0; time < 20; time += 1) {
    const result = await searchTransaction(db, async (trx) => await trx.raw(read));
    assert.deepEqual(result.rows, [{ seqscan: "off", most: "8s" }]);
  }
  assert.deepEqual((await db.raw(read)).rows, [{ seqscan: "on", most: "1min" }]);
});

test("what takes too long is a mistake that says what narrows it, and any other error stays itself", async () => {
  const tooLong = searchTransaction(db, async (trx) => {
    await trx.raw("set local statement_timeout = '50ms'");
    await trx.raw("select pg_sleep(5)");
  });
  await assert.rejects(
    tooLong,
    (error) => error instanceof Mistake && /takes too long/.test(error.mistake.message),
  );
  await assert.rejects(
    searchTransaction(db, async (trx) => await trx.raw("select 1 / 0")),
    /division by zero/,
  );
});
