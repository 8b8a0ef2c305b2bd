import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { searchCommands } from "#src/setup/search-commands.ts";
import { createStaff } from "#src/staff/create-staff.ts";
import { openVault, readMasterKey } from "#src/vault/master-key.ts";
import { createTestDatabase } from "#test/support/postgres.ts";
import { storeTicket } from "#test/support/search-archive.ts";

test("the key of the blind index is changed by a command that tells how far it is", async (t) => {
  const { db, url } = await createTestDatabase(t);
  const masterKey = randomBytes(32).toString("base64");
  const vault = await openVault(db, readMasterKey(masterKey));
  const account = await createStaff(db, {
    name: "nina",
    role: "help_desk",
    password: "correct horse battery",
  });
  assert.ok(account.ok);
  for (let number = 0; number < 3; number += 1) {
    await storeTicket(
      { db, vault, staffId: account.staff.id },
      { messages: [{ kind: "from_user", text: "help" }] },
    );
  }
  const lines: string[] = [];
  const [command] = searchCommands;

  const env = { DATABASE_URL: url, MASTER_KEY: masterKey, DESK_ADDRESS: "desk@example.org" };
  const code = await command?.run(
    { env, folder: "", print: (line) => void lines.push(line), questions: null },
    { operands: [], options: {} },
  );

  assert.equal(code, 0);
  assert.deepEqual(lines, [
    "There is a new key",
    "0 of 3 documents",
    "3 of 3 documents: the old key is not used any more",
  ]);
});
