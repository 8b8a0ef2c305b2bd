import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { diffTexts } from "#src/reply-templates/diff-texts.ts";
import { assertLinear } from "#test/support/processor-time.ts";

const without = (changes: ReturnType<typeof diffTexts>, kind: string) =>
  changes
    .filter((change) => change.kind !== kind)
    .map(({ text }) => text)
    .join("");

suite("the difference of two texts", () => {
  test("is told in phrases, not word by word", () => {
    assert.deepEqual(diffTexts("Thank you for your report. Bye", "Thank you for telling us. Bye", "en"), [
      { kind: "same", text: "Thank you for " },
      { kind: "removed", text: "your report" },
      { kind: "added", text: "telling us" },
      { kind: "same", text: ". Bye" },
    ]);
  });

  test("knows the words of languages without spaces", () => {
    assert.deepEqual(
      diffTexts("今日は天気がいいです", "今日は天気が悪いです", "ja").filter(({ kind }) => kind === "same")[0]
        ?.text,
      "今日は天気が",
    );
  });

  test("holds both texts whole, whatever they are", () => {
    const text = fc.array(
      fc.oneof(fc.constantFrom("one", "two", " ", "\n", ", "), fc.string({ unit: "binary", maxLength: 6 })),
    );
    fc.assert(
      fc.property(text, text, fc.constantFrom("en", "fr", "zh-TW", "fa"), (old, now, language) => {
        const changes = diffTexts(old.join(""), now.join(""), language);

        assert.equal(without(changes, "added"), old.join(""));
        assert.equal(without(changes, "removed"), now.join(""));
      }),
    );
  });

  test("of two long texts with nothing in common is that one replaced the other, and is found soon", async () => {
    const work = (length: number) => {
      const old = Array.from({ length: 4000 }, (_, index) => `a${index}`)
        .join(" ")
        .slice(0, length);
      const now = old.replaceAll("a", "b");

      const changes = diffTexts(old, now, "en");

      assert.deepEqual(changes, [
        { kind: "removed", text: old },
        { kind: "added", text: now },
      ]);
    };
    await assertLinear(20_000, work);
  });
});
