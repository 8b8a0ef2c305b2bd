import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, test } from "node:test";
import { readQuery } from "#src/search/read-query.ts";
import { countBehind, reindexBehind, startKeyRotation } from "#src/search/rotate-key.ts";
import { searchKeys } from "#src/search/search-keys.ts";
import { searchTickets } from "#src/search/search-tickets.ts";
import { createStaff } from "#src/staff/create-staff.ts";
import { createVault } from "#src/vault/vault.ts";
import { createTestDatabase } from "#test/support/postgres.ts";
import { storeTicket } from "#test/support/search-archive.ts";

const vault = createVault(randomBytes(32));
const { db } = await createTestDatabase({ after });
const account = await createStaff(db, { name: "nina", role: "help_desk", password: "correct horse battery" });
assert.ok(account.ok);
const staffId = account.staff.id;

test("the key changes while everything is found all the time, and the old hashes are gone at the end", async () => {
  const ids: string[] = [];
  for (let number = 0; number < 12; number += 1) ids.push(await store(number));
  const oldWords = await wordsOf(ids);
  const logs = await db("search_documents").orderBy("message_id").select("words", "language");

  assert.equal(await startKeyRotation(db, vault), true);
  assert.equal(await startKeyRotation(db, vault), false, "one after the other");
  ids.push(await store(12));
  await everythingIsFound(ids);
  for (let round = 0; (await countBehind(db)) > 0; round += 1) {
    assert.ok(round < 100);
    await reindexBehind(db, vault, 5);
    await everythingIsFound(ids);
  }
  await reindexBehind(db, vault, 5);

  const keys = await searchKeys(db, vault);
  assert.deepEqual(
    keys.map(({ generation }) => generation),
    [2],
  );
  const newWords = await wordsOf(ids);
  assert.deepEqual(
    oldWords.filter((word) => !/^(?:m\d{6}|z|.*[+~=].*)$/.test(word) && newWords.includes(word)),
    [],
  );
  const { key_id, sealed_key } = await db("search_keys").where({ generation: 1 }).first();
  assert.deepEqual([key_id, sealed_key], [null, null]);

  // The same document as before, but for the key.
  const shape = (words: string) =>
    [...words.matchAll(/:(\S+)/g)]
      .map(([, places = ""]) => places)
      .toSorted((one, other) => one.localeCompare(other));
  const now = await db("search_documents")
    .orderBy("message_id")
    .limit(logs.length)
    .select("words", "language");
  assert.deepEqual(
    now.map(({ words, language }) => [shape(words), language]),
    logs.map(({ words, language }) => [shape(words), language]),
  );
  assert.equal(await startKeyRotation(db, vault), true, "and again");
});

test("several processes share the work, and what comes in meanwhile is found", async () => {
  const before = await countBehind(db);
  assert.ok(before > 20);

  const [done, id] = await Promise.all([
    Promise.all([1, 2, 3].map(() => reindexBehind(db, vault, 1000))),
    store(99),
  ]);

  while ((await countBehind(db)) > 0) done.push(await reindexBehind(db, vault, 10));
  assert.ok(done.reduce((sum, each) => sum + each, 0) >= before);
  await reindexBehind(db, vault, 10);
  assert.deepEqual(
    (await searchKeys(db, vault)).map(({ generation }) => generation),
    [3],
  );
  assert.deepEqual(await found("word99"), [id]);
});

async function store(number: number): Promise<string> {
  return await storeTicket(
    { db, vault, staffId },
    {
      subject: `Subject${number}`,
      language: number % 2 ? "en" : "fr",
      messages: [
        {
          kind: "from_user",
          text: `common word${number} printing`,
          file: { filename: "a.txt", text: `file${number}` },
          sections: [
            { key: "/usr/bin/journalctl", kind: "journal" as const, text: `kernel: *ERROR* log${number}` },
          ],
        },
        { kind: "answer", text: `answer${number}` },
        { kind: "note", text: `note${number}` },
      ],
    },
  );
}

async function everythingIsFound(ids: string[]): Promise<void> {
  assert.equal((await found("common")).length, ids.length);
  assert.equal((await found("common -answer3")).length, ids.length - 1);
  assert.equal((await found("-answer3")).length, ids.length - 1);
  for (const word of [
    "subject3",
    "word3",
    "file3",
    "log3",
    "answer3",
    "note3",
    '"common word3"',
    "log:log3",
  ]) {
    assert.deepEqual(await found(word), [ids[3]], word);
  }
}

async function found(typed: string): Promise<string[]> {
  const read = readQuery(typed);
  assert.ok(read.ok);
  const result = await searchTickets(db, vault, read.query, { asker: { staffId, now: new Date() } });
  assert.ok(result.ok);
  return result.ids;
}

async function wordsOf(ids: string[]): Promise<string[]> {
  const { rows } = await db.raw(
    "select distinct lexeme from search_tickets, unnest(words) where ticket_id = any(?::bigint[])",
    [`{${ids.join(",")}}`],
  );
  return rows.map(({ lexeme }: { lexeme: string }) => lexeme);
}
