import type { Title } from "./answers.ts";
import { codePoints } from "./code-points.ts";
import { oldHeadings } from "./old-headings.ts";
import type { LanguageHint, OldQuestion } from "./report.ts";

/**
 * Find the four headings of before Tails 5.20 in any language, each once and in their order. Wording drifts,
 * so exactly four underlined lines also count, when `byShape` allows it.
 */
export function findOldTitles(
  lines: readonly string[],
  byShape: boolean,
): { titles: Title<OldQuestion>[]; language: LanguageHint | null } {
  const underlined = findUnderlined(lines);
  const known = inOrder(underlined);
  const language = languageOf(known.map(({ title }) => title));
  const titles = known.length < 4 && byShape && underlined.length === 4 ? fourByShape(underlined) : known;
  return { titles, language };
}

/** The English heading. */
export function oldTitleOf(name: OldQuestion): string {
  return oldHeadings[0]?.[name][0] ?? name;
}

const names = ["software", "steps", "actual", "desired"] as const;

type Meaning = { name: OldQuestion; language: string };
const meanings = collectMeanings();

function collectMeanings(): Map<string, Meaning[]> {
  const collected = new Map<string, Meaning[]>();
  for (const headings of oldHeadings) {
    for (const name of names) {
      for (const wording of headings[name]) {
        const heading = wording.normalize("NFC");
        collected.set(heading, [...(collected.get(heading) ?? []), { name, language: headings.language }]);
      }
    }
  }
  return collected;
}

type Underlined = { line: number; title: string };

function findUnderlined(lines: readonly string[]): Underlined[] {
  const found: Underlined[] = [];
  for (let line = 0; line + 1 < lines.length; line += 1) {
    const [title = "", dashes = ""] = [lines[line], lines[line + 1]];
    const canBe =
      dashes.startsWith("-") && dashes.length <= 200 && title.trim() !== "" && title.length <= 400;
    if (canBe && /^-+$/.test(dashes) && codePoints(title) === dashes.length && !/^-+$/.test(title)) {
      found.push({ line, title });
    }
  }
  return found;
}

function inOrder(underlined: readonly Underlined[]): Title<OldQuestion>[] {
  const found: Title<OldQuestion>[] = [];
  let next = 0;
  for (const { line, title } of underlined) {
    const names = meaningsOf(title).map(({ name }) => name);
    const name = order.slice(next).find((each) => names.includes(each));
    if (!name) continue;
    found.push({ line, name, title });
    next = order.indexOf(name) + 1;
  }
  return found;
}

const order: readonly OldQuestion[] = names;

function fourByShape(underlined: readonly Underlined[]): Title<OldQuestion>[] {
  return underlined.flatMap(({ line, title }, index) => {
    const name = order[index];
    return name ? [{ line, name, title }] : [];
  });
}

function meaningsOf(title: string): Meaning[] {
  return meanings.get(title.normalize("NFC").trim()) ?? [];
}

// English headings were shown to many who read no English, so they say nothing about the language.
function languageOf(titles: readonly string[]): LanguageHint | null {
  const votes = new Map<string, number>();
  for (const language of titles.flatMap((title) => [
    ...new Set(meaningsOf(title).map((each) => each.language)),
  ])) {
    votes.set(language, (votes.get(language) ?? 0) + 1);
  }
  votes.delete("en");

  const most = Math.max(0, ...votes.values());
  const winners = [...votes].filter(([, count]) => count === most).map(([language]) => language);
  const [first] = winners;
  if (first === undefined) return null;
  if (winners.length === 1) return { language: first, from: "headings" };

  const bases = new Set(winners.map((language) => language.split("_")[0]));
  const [base] = bases;
  return bases.size === 1 && base ? { language: base, from: "headings" } : null;
}
