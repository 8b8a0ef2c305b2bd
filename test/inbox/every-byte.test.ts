import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readKey } from "openpgp";
import { lostMarks, randomPart } from "../../bench/torture/random-parts.ts";
import { desk, keys } from "../mime/crypto-mails.ts";

// `npm run torture -- --only parts` tries 20,000.
test("a mark in every part of a random mail is found again in its words or files", async () => {
  const key = await readKey({ armoredKey: desk.public });

  await fc.assert(
    fc.asyncProperty(randomPart, async (made) => {
      assert.deepEqual(await lostMarks(made, key, keys), []);
    }),
    { numRuns: 150 },
  );
});
