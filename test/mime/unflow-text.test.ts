import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { flowedText } from "#src/mime/flowed-text.ts";
import { unflowText } from "#src/mime/unflow-text.ts";

test("a paragraph goes on over its line ends, and a quoted one without the marks of its lines", () => {
  assert.equal(unflowText("one \ntwo\nthree", false), "one two\nthree");
  assert.equal(unflowText("> old line \n> goes on\nnew", false), "> old line goes on\nnew");
  assert.equal(unflowText("> old line \n> goes on", true), "> old line goes on");
  assert.equal(unflowText(">> deep \n>> deeper \n> less", false), ">> deep deeper \n> less");
});

test("with DelSp the space at the end of a line belongs to no word", () => {
  assert.equal(unflowText("起動時に画面が \n真っ暗になります。", true), "起動時に画面が真っ暗になります。");
  assert.equal(unflowText("https://example.org/very \nlong", true), "https://example.org/verylong");
  assert.equal(unflowText("> 起動時に \n> 画面", true), "> 起動時に画面");
});

test("a signature line ends a paragraph and begins none", () => {
  assert.equal(unflowText("bye \n-- \nName", false), "bye \n-- \nName");
  assert.equal(unflowText("> bye \n> -- \n> Name", false), "> bye \n> -- \n> Name");
});

test("stuffing goes, one space of each line", () => {
  assert.equal(unflowText(" From here\n >no quote\n  two", false), "From here\n>no quote\n two");
});

test("what was made to flow is read again as it was", () => {
  const line = fc
    .stringMatching(/^[ -~]{0,200}$/)
    .map((text) => text.trimEnd())
    .filter((text) => !text.startsWith(">") && text !== "--");
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
      assert.equal(unflowText(flowedText(lines.join("\n")), false), lines.join("\n"));
    }),
  );
});
