import assert from "node:assert/strict";
import test from "node:test";
import { baseSubject, likeness, wordsOfSubject } from "#src/inbox/same-matter.ts";

for (const [subject, base] of [
  ["Re: help", "help"],
  ["RE: AW: Re[2]: help", "help"],
  ["Antw: SV: help", "help"],
  ["RV: Réf : help", "Réf : help"],
  ["回复：help", "help"],
  ["Re^3: TR : help (fwd)", "help"],
  ["[tails-support] Re: [ext] help", "help"],
  ["Отв: help", "help"],
  ["پاسخ: help", "help"],
  ["تشكل", "تشكل"],
  ["Regarding: help", "Regarding: help"],
  ["[help]", "[help]"],
  ["Re:", ""],
  ["[EXT] Re: help", "help"],
  ["EXTERN: AW: help", "help"],
  ["***SPAM*** Re: help", "help"],
]) {
  test(`“${subject}” is about “${base}”`, () => {
    assert.equal(baseSubject(subject ?? "").base, base);
  });
}

test("what a list puts before a subject answers nothing", () => {
  assert.equal(baseSubject("[tails] help").isAnswer, false);
  assert.equal(baseSubject("External: help").isAnswer, false);
  assert.equal(baseSubject("[tails] WG: help").isAnswer, true);
});

test("a subject of any length and kind takes no time", () => {
  assert.ok(baseSubject("Re: ".repeat(100_000)).base.length < 300);
});

for (const [one, other, isLike] of [
  ["My stick does not start", "my stick still does not start!", true],
  ["Printing", "Printing does not work", true],
  ["Drucker druckt nicht", "Drucker druckt immer noch nicht", true],
  ["打印机不工作", "打印机还是不工作", true],
  ["Printing does not work", "Wi-Fi does not work", false],
  ["Printing does not work", "Question", false],
  ["hi", "hi there everybody", false],
] as const) {
  test(`“${one}” and “${other}” are ${isLike ? "" : "not "}about the same`, () => {
    assert.equal(likeness(wordsOfSubject(one), wordsOfSubject(other)) >= 0.6, isLike);
  });
}

test("a subject that says nothing has no words", () => {
  for (const subject of ["", "...", "[...]", "Encrypted Message", "(no subject)"])
    assert.equal(wordsOfSubject(subject).size, 0, subject);
});
