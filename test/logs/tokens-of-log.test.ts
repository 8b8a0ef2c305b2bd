import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { tokensOfLog } from "#src/logs/tokens-of-log.ts";
import { parseReport } from "#src/whisperback/parse-report.ts";

const folder = new URL("../fixtures/whisperback/", import.meta.url);
const tokensOf = (name: string) =>
  tokensOfLog(parseReport(readFileSync(new URL(name, folder), "utf8")).sections);

test("model, devices and words of the error lines are found", () => {
  const tokens = tokensOf("01-new-7.4-en-no-contact.txt");

  for (const token of [
    "examplecorp",
    "notebook",
    "8086:9a49",
    "0951:ffff",
    "ewlwifi",
    "microcode",
    "i7-1185x",
    "nopersistence",
  ]) {
    assert.ok(tokens.has(token), token);
  }
});

test("a device is found by its numbers, also when all of them are digits", () => {
  const section = { key: "x", kind: "usb-tree" as const, text: "    ID 0951:0003 Samplestick" };

  assert.deepEqual([...tokensOfLog([section])], ["id", "0951:0003", "samplestick"]);
});

test("ordinary lines of the journal, identifiers and numbers are not there", () => {
  const tokens = [...tokensOf("01-new-7.4-en-no-contact.txt")];

  for (const token of ["bootstrapped", "2f3b-1c9d", "2f3b", "uuid", "removed", "10:31:05", "2217"]) {
    assert.ok(!tokens.includes(token), token);
  }
});

test("a section that was not there gives no words", () => {
  assert.deepEqual([...tokensOfLog([{ key: "x", kind: "additional-software", text: "Not found" }])], []);
});

test("the index of one report stays under 40 kB, whatever is in the log", () => {
  const lines = Array.from(
    { length: 20_000 },
    (_, index) => `amnesia app${index}: ${index.toString(36)}zq failed with ${"word".repeat(index % 20)}`,
  );

  const words = (from: string) =>
    Array.from({ length: 3000 }, (_, index) => from + index.toString(36)).join(" ");

  const tokens = tokensOfLog([
    { key: "journal", kind: "journal", text: lines.join("\n") },
    { key: "pci", kind: "pci", text: words("p") },
    { key: "sound", kind: "sound", text: words("s") },
  ]);

  const size = [...tokens].length * 24;
  assert.ok(size < 40_000, `${size} bytes`);
  assert.ok([...tokens].every((token) => token.length <= 60));
});
