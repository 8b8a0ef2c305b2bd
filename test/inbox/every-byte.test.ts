import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readKey } from "openpgp";
import { lostMarks, randomPart, readRandomMail, untoldParts } from "../../bench/torture/random-parts.ts";
import { desk, keys } from "../mime/crypto-mails.ts";

// `npm run torture -- --only parts` tries 20,000.
test("a mark in every part of a random mail is found again, and the list of its parts tells what became of each", async () => {
  const key = await readKey({ armoredKey: desk.public });

  await fc.assert(
    fc.asyncProperty(randomPart, async (made) => {
      const mail = await readRandomMail(made, key, keys);
      assert.deepEqual(lostMarks(mail), []);
      assert.deepEqual(untoldParts(mail), []);
    }),
    { numRuns: 150 },
  );
});
