import assert from "node:assert/strict";
import { test } from "node:test";
import { oldHeadings } from "#src/whisperback/old-headings.ts";
import { parseReport } from "#src/whisperback/parse-report.ts";
import { answer } from "./make-report.ts";

const names = ["software", "steps", "actual", "desired"] as const;
const english = oldHeadings[0];
const oldReport = (text: string, version = "5.12 - 20230418") =>
  parseReport(`Subject: x\nTails-Version: ${version}\nlive-boot: 1\n\n\n${text}`);

test("there are 51 translations, English, and one of a single country", () => {
  assert.equal(oldHeadings.length, 53);
  assert.equal(new Set(oldHeadings.map(({ language }) => language)).size, 53);
});

for (const headings of oldHeadings) {
  test(`the headings in ${headings.language} divide the text, in every wording`, () => {
    const mostWordings = Math.max(...names.map((name) => headings[name].length));

    for (let wording = 0; wording < mostWordings; wording += 1) {
      const used = names.map(
        (name) => headings[name][wording] ?? headings[name][0] ?? english?.[name][0] ?? "",
      );
      const report = oldReport(
        `before\n\n${used.map((title, index) => answer(title, `answer ${index}`)).join("")}`,
      );

      assert.deepEqual(
        report.oldAnswers.map(({ name, title, state, text }) => [name, title, state, text]),
        names.map((name, index) => [name, used[index], "answered", `answer ${index}`]),
      );
      assert.equal(report.message, "before");
      assert.equal(report.format, "old-5");
    }
  });

  test(`the headings in ${headings.language} are a hint of the language, English ones are not`, () => {
    const used = names.map((name) => headings[name][0] ?? english?.[name][0] ?? "");

    const { languageHint } = oldReport(used.map((title) => answer(title, "x")).join(""));

    const expected = headings.language === "en" ? null : { language: headings.language, from: "headings" };
    assert.deepEqual(languageHint, expected);
  });
}

test("a heading that several languages share says nothing about the language", () => {
  assert.deepEqual(oldReport(answer("Nome do programa afetado", "x")).languageHint, {
    language: "pt",
    from: "headings",
  });
  assert.equal(oldReport(answer("Gewenste resultaat", "x")).languageHint?.language, "nl");
});

test("headings in new words are known by their shape: four, each with as many dashes as it has characters", () => {
  const invented = ["Nomo de la programo", "Paŝoj 🙂", "Kio okazis", "Dezirata rezulto"];
  const report = oldReport(invented.map((title) => answer(title, `about ${title}`)).join(""));

  assert.deepEqual(
    report.oldAnswers.map(({ title }) => title),
    invented,
  );
  assert.equal(report.oldAnswers[1]?.text, "about Paŝoj 🙂");
});

test("three or five underlined lines are not the four headings", () => {
  for (const count of [3, 5]) {
    const text = Array.from({ length: count }, (_, index) => answer(`Title ${index}`, "x")).join("");
    assert.deepEqual(
      oldReport(text).oldAnswers.filter(({ state }) => state !== "absent"),
      [],
    );
    assert.equal(oldReport(text).message, text.trim());
  }
});

test("a heading with the wrong number of dashes is text", () => {
  const report = oldReport("Desired result\n-------------\n\nit works");

  assert.equal(report.oldAnswers[3]?.state, "absent");
  assert.match(report.message, /it works/);
});

test("a deleted heading is absent and one without words is empty", () => {
  const report = oldReport(
    `${answer("Name of the affected software", "")}${answer("Desired result", "peace")}`,
  );

  assert.deepEqual(
    report.oldAnswers.map(({ state }) => state),
    ["empty", "absent", "absent", "answered"],
  );
});

test("an old report does not take the new questions in its text for structure", () => {
  const pasted = answer("What happened instead?", "quoted").trim();
  const report = oldReport(
    `${answer("Name of the affected software", pasted)}${answer("Desired result", "peace")}`,
  );

  assert.equal(report.oldAnswers[0]?.text, pasted);
});
