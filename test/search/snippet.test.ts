import assert from "node:assert/strict";
import { test } from "node:test";
import { snippetOf } from "#src/search/snippet.ts";
import { assertLinear } from "#test/support/processor-time.ts";

const shown = (text: string, ...lexemes: string[]) =>
  snippetOf(text, new Set(lexemes))
    .map((piece) => (piece.marked ? `[${piece.text}]` : piece.text))
    .join("");

test("what underlines a heading is left out, and what a person wrote with dashes stays", () => {
  const report =
    "What happened instead?\n----------------------\r\n\nThe WiFi -- all of it --- is gone\n====== \nend";
  assert.equal(shown(report), "What happened instead? The WiFi -- all of it --- is gone end");
  assert.equal(shown(report, "wifi"), "What happened instead? The [WiFi] -- all of it --- is gone end");
});

test("it begins before the word and tells that there is more at both ends", () => {
  const text = `${"before ".repeat(40)}needle ${"after ".repeat(60)}`;
  assert.match(shown(text, "needl"), /^… (?:before ){5,12}\[needle\] (?:after ?){10,40} …$/);
  assert.equal(shown("short"), "short");
  assert.match(shown("long ".repeat(100)), /^long .* …$/);
});

test("a text of rules alone, or a very long one, takes no longer than it is long", async () => {
  assert.equal(shown("---\n".repeat(60_000)), " …");
  assert.equal(shown("-".repeat(300_000)), " …");
  assert.ok(shown("- ".repeat(150_000)).endsWith(" …"));
  await assertLinear(60_000, (times) => shown("---\n".repeat(times)));
  await assertLinear(300_000, (times) => shown("-".repeat(times)));
  await assertLinear(150_000, (times) => shown("- ".repeat(times)));
});
