import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { newMasterKey, openVault, readMasterKey } from "#src/vault/master-key.ts";
import { createTestDatabase } from "#test/support/postgres.ts";

test("a new master key is read again from its file", () => {
  assert.equal(readMasterKey(newMasterKey()).length, 32);
});

for (const [what, text] of [
  ["empty", ""],
  ["too short", randomBytes(31).toString("base64")],
  ["too long", randomBytes(33).toString("base64")],
  ["no base64", "!".repeat(44)],
]) {
  test(`a key file that is ${what} is refused with what to do`, () => {
    assert.throws(
      () => readMasterKey(text ?? ""),
      /MASTER_KEY_FILE: not a master key .* `whisperdesk setup` makes one/,
    );
  });
}

test("a wrong master key stops the start, and nothing is changed", async (t) => {
  const { db } = await createTestDatabase(t);
  const right = randomBytes(32);
  await openVault(db, right);
  const before = await db("vault_check").select();

  await assert.rejects(
    openVault(db, randomBytes(32)),
    /not the master key that this database was sealed with/,
  );

  assert.deepEqual(await db("vault_check").select(), before);
  await openVault(db, right);
});

test("two processes that start at once agree on one proof", async (t) => {
  const { db } = await createTestDatabase(t);
  const key = randomBytes(32);

  await Promise.all([openVault(db, key), openVault(db, key), openVault(db, key)]);

  assert.equal((await db("vault_check").select()).length, 1);
});
