import assert from "node:assert/strict";
import { test } from "node:test";
import { limit } from "#test/support/limits.ts";
import { togetherTable } from "../../bench/torture/tables.ts";
import { tortureTogether } from "../../bench/torture/together.ts";

test("whichever statement of a mail, a merge, an answer or a page fails, all of it is stored or nothing, and the reason is told", {
  timeout: limit(200),
}, async (t) => {
  const onProgress = (sentence: string) => t.diagnostic(sentence);

  const result = await tortureTogether({ seed: 20261122, failures: 1, oneOf: 5, onProgress });

  console.log(togetherTable(result));
  assert.deepEqual(result.problems, []);
  const works = [...result.works.values()];
  assert.ok(
    works.every(({ failed }) => failed > 0),
    "of each a statement fails",
  );
  assert.ok(
    works.some(({ without }) => without > 0),
    "some fail in a savepoint, else nothing of it was tested",
  );
  assert.equal(result.codes.size, 5);
});
