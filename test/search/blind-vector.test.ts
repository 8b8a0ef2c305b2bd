import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import type { Database } from "#src/database.ts";
import { blindVector } from "#src/search/blind-vector.ts";
import { newestSearchKey, type SearchKey } from "#src/search/search-keys.ts";
import { createVault } from "#src/vault/vault.ts";
import { createTestDatabase } from "#test/support/postgres.ts";

const vault = createVault(randomBytes(32));

test("a word is found by its stem in the language of the text, and as it is in any", async (t) => {
  const { db } = await createTestDatabase(t);
  const key = await newestSearchKey(db, vault);

  const words = await blindVector(db, key, "en", [
    { weight: "A", text: "The printers of i915 stopped printing" },
  ]);

  for (const lexeme of ["printer", "printers", "print", "i915"])
    assert.ok(await finds(db, key, words, lexeme), lexeme);
  assert.equal(await finds(db, key, words, "scanner"), false);
});

test("no word is in it", async (t) => {
  const { db } = await createTestDatabase(t);
  const key = await newestSearchKey(db, vault);

  const words = await blindVector(db, key, "fr", [
    { weight: "B", text: "Écran noir après le démarrage, Zéphyr" },
  ]);

  assert.doesNotMatch(words, /cran|noir|marrage|phyr/i);
});

test("the words of logs are found as they are, and are not stemmed", async (t) => {
  const { db } = await createTestDatabase(t);
  const key = await newestSearchKey(db, vault);

  const words = await blindVector(db, key, "en", [
    { weight: "A", text: "printing" },
    { weight: "D", text: "i915 failures" },
  ]);

  for (const lexeme of ["print", "i915", "failures"]) assert.ok(await finds(db, key, words, lexeme), lexeme);
  assert.equal(await finds(db, key, words, "failur"), false);
});

test("phrases and weights survive", async (t) => {
  const { db } = await createTestDatabase(t);
  const key = await newestSearchKey(db, vault);
  const words = await blindVector(db, key, null, [
    { weight: "A", text: "black screen" },
    { weight: "D", text: "wifi firmware" },
  ]);
  const [black, screen, wifi] = ["black", "screen", "wifi"].map((word) => key.hash(word));

  assert.ok(await matches(db, words, `'${black}' <-> '${screen}'`));
  assert.equal(await matches(db, words, `'${screen}' <-> '${black}'`), false);
  assert.ok(await matches(db, words, `'${wifi}':D`));
  assert.equal(await matches(db, words, `'${wifi}':A`), false);
});

test("quotes, backslashes, NUL, half characters and very long texts pass", async (t) => {
  const { db } = await createTestDatabase(t);
  const key = await newestSearchKey(db, vault);
  const texts = [
    "it's 'quoted' \\ back\\slash",
    "nul\0inside",
    "half \ud800 character",
    "word ".repeat(500_000),
  ];

  for (const text of texts) {
    const words = await blindVector(db, key, "en", [{ weight: "B", text }]);
    assert.ok(
      (await matches(db, words, `'${key.hash(text.match(/[a-z]{3,}/)?.[0] ?? "")}'`)) || words.length > 0,
    );
  }
  const words = await blindVector(db, key, "en", [{ weight: "B", text: "/etc/it's.d/x\\y" }]);
  assert.ok(await db.raw("select ?::tsvector", [words]));
});

test("no phrase is found across two texts", async (t) => {
  const { db } = await createTestDatabase(t);
  const key = await newestSearchKey(db, vault);
  const words = await blindVector(db, key, "en", [
    { weight: "A", text: "black screen" },
    { weight: "B", text: "wifi broken" },
  ]);
  const phrase = (one: string, other: string) => `'${key.hash(one)}' <-> '${key.hash(other)}'`;

  assert.ok(await matches(db, words, phrase("wifi", "broken")));
  assert.equal(await matches(db, words, phrase("screen", "wifi")), false);
});

test("an empty message has an empty vector", async (t) => {
  const { db } = await createTestDatabase(t);
  const key = await newestSearchKey(db, vault);

  assert.equal(await blindVector(db, key, "en", [{ weight: "A", text: "  " }]), "");
});

async function finds(db: Database, key: SearchKey, words: string, lexeme: string): Promise<boolean> {
  return await matches(db, words, `'${key.hash(lexeme)}'`);
}

async function matches(db: Database, words: string, query: string): Promise<boolean> {
  const result = await db.raw("select ?::tsvector @@ ?::tsquery as found", [words, query]);
  return result.rows[0].found;
}
