import assert from "node:assert/strict";
import { test } from "node:test";
import { limit } from "#test/support/limits.ts";
import { createTestDatabase } from "#test/support/postgres.ts";
import { tortureMailbox } from "../../bench/torture/mailbox.ts";
import { mailboxTable } from "../../bench/torture/tables.ts";

test("a server that refuses a mail, is slow, dies in mails or tells wrong sizes keeps no other mail from the desk", {
  timeout: limit(200),
}, async (t) => {
  const { db } = await createTestDatabase(t);
  const onProgress = (sentence: string) => t.diagnostic(sentence);

  const result = await tortureMailbox({ seed: 20261201, rounds: 2, db, onProgress });

  console.log(mailboxTable(result));
  assert.deepEqual(result.problems, []);
  assert.ok(result.kinds.every(({ mails, lost, doubled }) => mails === 20 && lost + doubled === 0));
});
