import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { seededReport } from "#src/demo/reports/seeded-report.ts";
import { blindVector } from "#src/search/blind-vector.ts";
import { newestSearchKey } from "#src/search/search-keys.ts";
import { textsOfReport } from "#src/search/texts-of-message.ts";
import { createVault } from "#src/vault/vault.ts";
import { parseReport } from "#src/whisperback/parse-report.ts";
import { createTestDatabase } from "#test/support/postgres.ts";

test("the index of one report stays under 40 kB, whatever its logs and files say", async (t) => {
  const { db } = await createTestDatabase(t);
  const key = await newestSearchKey(db, createVault(randomBytes(32)));
  const report = parseReport(seededReport(7, { logBytes: 2_000_000 }));
  const lines = Array.from(
    { length: 3000 },
    () => `kernel: *ERROR* ${randomBytes(9).toString("hex")} failed ${randomBytes(20).toString("hex")}`,
  );
  const hostile = [{ key: "/usr/bin/journalctl", kind: "journal" as const, text: lines.join("\n") }];
  const file = { filename: "a.log", contentType: "text/plain", bytes: Buffer.from(lines.join("\n")) };

  for (const sections of [report.sections, hostile]) {
    const words = await blindVector(db, key, "en", textsOfReport("Summary", report, sections, [file]));
    const { rows } = await db.raw("select pg_column_size(?::tsvector) as bytes", [words]);
    assert.ok(rows[0].bytes > 2_000 && rows[0].bytes < 40_000, `${rows[0].bytes} bytes`);
    t.diagnostic(`${rows[0].bytes} bytes`);
  }
});
