import assert from "node:assert/strict";
import { test } from "node:test";
import { limit } from "#test/support/limits.ts";
import { tortureOutbox } from "../../bench/torture/outbox.ts";
import { outboxTable } from "../../bench/torture/tables.ts";

test("answers survive 40 faults of SMTP: none is lost or sent twice, and what is unknown is shown", {
  timeout: limit(200),
}, async (t) => {
  const onProgress = (sentence: string) => t.diagnostic(sentence);

  const result = await tortureOutbox({ seed: 20261122, faults: 40, onProgress });

  console.log(outboxTable(result));
  assert.deepEqual(result.problems, []);
  assert.equal(result.lost + result.sentTwice + result.unknownNotShown, 0);
  assert.ok((result.states.unknown ?? 0) > 0, "some must end unknown, else nothing was tested");
  assert.ok(result.sentAgain > 0);
});
