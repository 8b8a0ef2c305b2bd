import { newTitleAt, newTitles } from "./new-titles.ts";
import { findOldTitles, oldTitleOf } from "./old-titles.ts";
import type { Answer, LanguageHint, OldQuestion, Question } from "./report.ts";
import { isAtLeast } from "./tails-version.ts";

/** A title line found in the person's text; its answer begins two lines further down. */
export type Title<Name> = { line: number; name: Name; title: string };

export type Answers = {
  style: "new" | "old" | null;
  questions: Answer<Question>[];
  oldAnswers: Answer<OldQuestion>[];
  message: string;
  language: LanguageHint | null;
};

/**
 * Divide the person's text by the titles that WhisperBack printed: the three questions, or the four headings
 * of before Tails 5.20. Nothing else in the text is structure; without titles all of it is the message.
 */
export function readAnswers(text: string, version: string | null): Answers {
  const lines = text.split("\n");
  const isNew = isAtLeast(version, 5, 20);
  const questions = findNewTitles(lines);
  const mayBeOld = isNew === false || questions.length === 0;
  const old = mayBeOld ? findOldTitles(lines, isNew !== true) : { titles: [], language: null };

  if (old.titles.length > 0) {
    return {
      style: "old",
      questions: answersOf([], newNames, lines),
      oldAnswers: answersOf(old.titles, oldNames, lines),
      message: above(old.titles, lines),
      language: old.language,
    };
  }
  return {
    style: questions.length > 0 ? "new" : null,
    questions: answersOf(questions, newNames, lines),
    oldAnswers: answersOf([], oldNames, lines),
    message: above(questions, lines),
    language: null,
  };
}

const newNames = newTitles.map(({ name, title }) => ({ name, title }));
const oldNames = (["software", "steps", "actual", "desired"] as const).map((name) => ({
  name,
  title: oldTitleOf(name),
}));

function findNewTitles(lines: readonly string[]): Title<Question>[] {
  const found: Title<Question>[] = [];
  for (let line = 0, next = 0; line < lines.length; line += 1) {
    const index = newTitleAt(lines, line);
    if (index < next) continue;
    const { name, title } = newTitles[index] ?? {};
    if (name && title) found.push({ line, name, title });
    next = index + 1;
  }
  return found;
}

function answersOf<Name>(
  found: readonly Title<Name>[],
  all: readonly { name: Name; title: string }[],
  lines: readonly string[],
): Answer<Name>[] {
  return all.map(({ name, title }) => {
    const index = found.findIndex((each) => each.name === name);
    const own = found[index];
    if (!own) return { name, title, state: "absent", text: "" };

    const text = join(lines.slice(own.line + 2, found[index + 1]?.line));
    return { name, title: own.title, state: text === "" ? "empty" : "answered", text };
  });
}

function above(found: readonly Title<unknown>[], lines: readonly string[]): string {
  return join(lines.slice(0, found[0]?.line));
}

// Blank lines around an answer are WhisperBack's; blanks in front of its first line may be the person's.
function join(lines: readonly string[]): string {
  let [from, to] = [0, lines.length];
  while (from < to && lines[from]?.trim() === "") from += 1;
  while (to > from && lines[to - 1]?.trim() === "") to -= 1;
  return lines.slice(from, to).join("\n").trimEnd();
}
