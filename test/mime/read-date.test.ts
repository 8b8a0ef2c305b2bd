import assert from "node:assert/strict";
import { test } from "node:test";
import { readDate } from "#src/mime/read-date.ts";

const dates: [string, string][] = [
  ["Sat, 21 Nov 2026 10:00:00 +0100", "2026-11-21T09:00:00.000Z"],
  ["21 Nov 2026 10:00 GMT", "2026-11-21T10:00:00.000Z"],
  ["Sat, 21 Nov 26 10:00:00 EST", "2026-11-21T15:00:00.000Z"],
  ["Saturday, 21-Nov-2026 10:00:00 -0330 (NST)", "2026-11-21T13:30:00.000Z"],
];
for (const [written, meant] of dates) {
  test(`reads ${written}`, () => {
    assert.equal(readDate(written)?.toISOString(), meant);
  });
}

for (const written of [
  "",
  "tomorrow",
  "2",
  "31 Feb 2026 10:00:00 +0000",
  "21 Foo 2026 10:00",
  "21 Nov 2026 25:00:00",
]) {
  test(`takes “${written}” for no date`, () => {
    assert.equal(readDate(written), null);
  });
}
