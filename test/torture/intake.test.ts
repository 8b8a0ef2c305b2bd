import assert from "node:assert/strict";
import { test } from "node:test";
import { limit } from "#test/support/limits.ts";
import { tortureIntake } from "../../bench/torture/intake.ts";
import { intakeTable } from "../../bench/torture/tables.ts";

test("150 mails survive 25 faults: none is lost, doubled or half a ticket", {
  timeout: limit(200),
}, async (t) => {
  const onProgress = (sentence: string) => t.diagnostic(sentence);

  const result = await tortureIntake({ seed: 20261122, mails: 150, faults: 25, workers: 2, onProgress });

  console.log(intakeTable(result));
  assert.deepEqual(result.problems, []);
  assert.equal(result.lost + result.doubled + result.half, 0);
  assert.equal(result.mails, 150);
});
