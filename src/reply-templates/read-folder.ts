import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { type AnswerFile, type FileProblem, readAnswerFile } from "./answer-file.ts";

type Source = AnswerFile & { kind: "source" };
type Translation = AnswerFile & { kind: "translation" };
/** What a folder says of one answer. Without `source`, its translations belong to an answer that the desk has. */
export type FolderAnswer = {
  slug: string;
  source: Source | null;
  translations: { file: string; of: string; text: Translation }[];
};

const largestFile = 200_000;
const mostFiles = 5000;

/** All answers of a folder, or every problem that they have. A README.md and files that are no Markdown are passed over. */
export async function readFolder(
  folder: string,
): Promise<{ answers: FolderAnswer[]; problems: FileProblem[]; files: number }> {
  const names = (await readdir(folder))
    .filter((name) => /\.md$/i.test(name) && !/^readme\.md$/i.test(name))
    .sort();
  if (names.length > mostFiles) {
    return {
      answers: [],
      problems: [{ file: folder, line: 1, message: "More than 5,000 files" }],
      files: names.length,
    };
  }
  const bySlug = new Map<string, FolderAnswer>();
  const problems: FileProblem[] = [];
  for (const file of names) {
    const read = await readFileOf(folder, file);
    if (!read.ok) problems.push(...read.problems);
    else put(bySlug, problems, file, read);
  }
  const answers = [...bySlug.values()];
  return { answers, problems: [...problems, ...sourceProblems(answers)], files: names.length };
}

async function readFileOf(folder: string, file: string) {
  const fail = (message: string) => ({ ok: false as const, problems: [{ file, line: 1, message }] });
  const path = join(folder, file);
  const about = await stat(path).catch(() => null);
  if (!about?.isFile()) return fail("This is no file");
  if (about.size > largestFile) return fail("The file is larger than 200 kB");
  try {
    return readAnswerFile(file, new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path)));
  } catch {
    return fail("The file is not UTF-8 text");
  }
}

function put(
  bySlug: Map<string, FolderAnswer>,
  problems: FileProblem[],
  file: string,
  { answer, translationOf }: { answer: AnswerFile; translationOf: string | null },
): void {
  const found = bySlug.get(answer.slug) ?? { slug: answer.slug, source: null, translations: [] };
  bySlug.set(answer.slug, found);
  if (answer.kind === "translation") found.translations.push({ file, of: translationOf ?? "", text: answer });
  else if (!found.source) found.source = answer;
  else {
    const message = `${answer.slug}.${found.source.language}.md is the source of this answer already: a translation has translation_of`;
    problems.push({ file, line: 1, message });
  }
}

function sourceProblems(answers: FolderAnswer[]): FileProblem[] {
  return answers.flatMap(({ source, translations }) =>
    translations
      .filter(({ of, text }) => of === text.language || (source && of !== source.language))
      .map(({ file, of, text }) => ({
        file,
        line: 2,
        message:
          of === text.language
            ? "A text is no translation of its own language"
            : `translation_of is “${of}”, and the source is in “${source?.language}”`,
      })),
  );
}
