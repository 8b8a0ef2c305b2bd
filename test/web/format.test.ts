import assert from "node:assert/strict";
import test from "node:test";
import { age, bounded, bytes, language, moment, plural } from "#src/web/format.ts";

const now = Date.parse("2026-11-22T12:00:00Z");
const ago = (seconds: number) => age(new Date(now - seconds * 1000), now);

test("an age is told in the two largest units", () => {
  assert.equal(ago(20), "just now");
  assert.equal(ago(60), "1 min");
  assert.equal(ago(59 * 60), "59 min");
  assert.equal(ago(20 * 3600 + 50 * 60), "20 h");
  assert.equal(ago(3 * 86400 + 4 * 3600), "3 d 4 h");
  assert.equal(ago(2 * 86400), "2 d");
  assert.equal(ago(2 * 86400 + 30 * 60), "2 d");
  assert.equal(ago(45 * 86400 + 5 * 3600), "45 d");
  assert.equal(ago(1200 * 86400), "1,200 d");
  assert.equal(ago(-3 * 3600), "in 3 h");
});

test("numbers, sizes, languages and moments are told in words", () => {
  assert.equal(plural(1, "mail", "mails"), "1 mail");
  assert.equal(plural("12345", "mail", "mails"), "12,345 mails");
  assert.deepEqual([0, 1000, 1001].map(bounded), ["0", "1,000", "1,000+"]);
  assert.deepEqual([1, 999, 14_200, 1_250_000].map(bytes), ["1 byte", "999 bytes", "14 kB", "1.3 MB"]);
  assert.deepEqual(["fr", "pt", "xx", "<b>", ""].map(language), ["French", "Portuguese", "xx", "<b>", ""]);
  assert.equal(moment(new Date("2026-11-18T21:04:59Z")), "18 Nov 2026, 21:04 UTC");
});
