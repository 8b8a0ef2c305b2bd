import assert from "node:assert/strict";
import { test } from "node:test";
import { seededReport } from "#src/demo/reports/seeded-report.ts";
import { parseReport } from "#src/whisperback/parse-report.ts";

test("makes any number of reports from a seed, each the same again and unlike the others", () => {
  const many = Array.from({ length: 2000 }, (_, seed) => seededReport(seed));
  const sizes = many.map((body) => Buffer.byteLength(body));

  assert.equal(new Set(many).size, 2000);
  assert.equal(seededReport(1234), many[1234]);
  assert.ok(
    Math.min(...sizes) > 3000 && Math.max(...sizes) < 6500,
    `${Math.min(...sizes)} ${Math.max(...sizes)}`,
  );
  for (const body of many.slice(0, 50)) assert.deepEqual(parseReport(body).warnings, []);
});

test("makes a report with a long journal in the language asked for", () => {
  const body = seededReport(7, { logBytes: 60_000, language: "de" });
  const journal = body.slice(body.indexOf("content of /bin/journalctl"));

  assert.ok(journal.length > 59_000 && journal.length < 63_000, String(journal.length));
  assert.match(body, /Die\sMeldung\sendete\smit/);
});
