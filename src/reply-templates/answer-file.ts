import { LineCounter, parseDocument, stringify } from "yaml";
import { z } from "zod";
import { cleanBody, longestBody } from "./clean-body.ts";
import { categoryField, nameField, tagsField } from "./fields.ts";
import { problemsOf } from "./fill-template.ts";
import { isLanguageCode } from "./language-code.ts";

/** One text of an answer as a Markdown file: `<slug>.<language>.md`. The source has the name; a translation may say what it was made from. */
export type AnswerFile = {
  slug: string;
  language: string;
  body: string;
} & (
  | { kind: "source"; name: string; category: string; tags: string[]; retired: boolean }
  | { kind: "translation"; made_from: string | null }
);
export type FileProblem = { file: string; line: number; message: string };

const Source = z.strictObject({
  name: nameField,
  category: categoryField,
  tags: z
    .array(z.string("A tag is a word"), "Tags are a list, such as [wifi, hardware]")
    .default([])
    .pipe(tagsField),
  retired: z.boolean("retired is true or false").default(false),
});
const Translation = z.strictObject({
  translation_of: z
    .string("translation_of names the language of the source")
    .refine(isLanguageCode, "This is no language code"),
  made_from: z
    .string()
    .regex(
      /^[0-9a-f]{16}$/,
      "made_from is the fingerprint of the source: leave it out when the translation fits",
    )
    .nullable()
    .default(null),
});

/** Slug and language of a file's name; null when it is no answer's. */
export function readFileName(file: string): { slug: string; language: string } | null {
  const [, slug = "", language] = /^([a-z0-9]+(?:-[a-z0-9]+)*)\.([A-Za-z-]+)\.md$/.exec(file) ?? [];
  return isLanguageCode(language) && slug.length <= 80 ? { slug, language } : null;
}

/** Reads one file; every problem has its line. `translationOf` is the source's language that a translation names. */
export function readAnswerFile(
  file: string,
  text: string,
): { ok: true; answer: AnswerFile; translationOf: string | null } | { ok: false; problems: FileProblem[] } {
  const fail = (line: number, message: string) => ({
    ok: false as const,
    problems: [{ file, line, message }],
  });
  const named = readFileName(file);
  if (!named) return fail(1, "The name of the file is not <answer>.<language>.md, such as known-issue.fr.md");
  const parts = splitFrontMatter(text.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n"));
  if (!parts) return fail(1, "The file does not begin with its front matter between two lines of ---");

  const front = readFront(parts.front);
  const body = cleanBody(parts.body);
  const problems = [...front.problems, ...bodyProblems(parts, body)].map((problem) => ({ file, ...problem }));
  if (!front.values || problems.length > 0) return { ok: false, problems };
  const { values } = front;
  if ("translation_of" in values) {
    const answer = { ...named, kind: "translation" as const, made_from: values.made_from, body };
    return { ok: true, answer, translationOf: values.translation_of };
  }
  return { ok: true, answer: { ...named, kind: "source", ...values, body }, translationOf: null };
}

/** The file that `readAnswerFile` reads as this answer. */
export function writeAnswerFile(answer: AnswerFile, translationOf: string): string {
  const front =
    answer.kind === "source"
      ? {
          name: answer.name,
          category: answer.category,
          tags: answer.tags,
          ...(answer.retired ? { retired: true } : {}),
        }
      : { translation_of: translationOf, ...(answer.made_from ? { made_from: answer.made_from } : {}) };
  return `---\n${stringify(front, { lineWidth: 0 })}---\n\n${answer.body}\n`;
}

function splitFrontMatter(text: string) {
  const lines = text.split("\n");
  const end = lines.indexOf("---", 1);
  if (lines[0] !== "---" || end === -1) return null;
  return { front: lines.slice(1, end).join("\n"), body: lines.slice(end + 1).join("\n"), bodyLine: end + 2 };
}

function readFront(front: string) {
  const lines = new LineCounter();
  const document = parseDocument(front, { lineCounter: lines, uniqueKeys: true, schema: "core" });
  // The first line of the file is the opening ---.
  const lineAt = (offset: number | undefined) => lines.linePos(offset ?? 0).line + 1;
  const [broken] = [...document.errors, ...document.warnings];
  if (broken) {
    const message = `The front matter is no YAML: ${broken.message.split(/ at line \d| {2}|\n/)[0]}`;
    return { values: null, problems: [{ line: lineAt(broken.pos[0]), message }] };
  }

  const value = valuesOf(document);
  if (value === aliased) {
    return {
      values: null,
      problems: [{ line: lineAt(0), message: "Write values out: “&” and “*” point nowhere here" }],
    };
  }
  const isTranslation = typeof value === "object" && value !== null && "translation_of" in value;
  const result = (isTranslation ? Translation : Source).safeParse(value, { error: frontWords });
  if (result.success) return { values: result.data, problems: [] };
  const problems = result.error.issues.map((issue) => {
    const key = issue.code === "unrecognized_keys" ? issue.keys[0] : issue.path[0];
    const pair = offsetOf(document, key);
    return { line: lineAt(pair), message: issue.message };
  });
  return { values: null, problems };
}

const aliased = Symbol("aliased");

/** A few letters of aliases can name a value of gigabytes: front matter has no use for them. */
function valuesOf(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch {
    return aliased;
  }
}

function offsetOf(document: ReturnType<typeof parseDocument>, key: unknown): number | undefined {
  const { contents } = document;
  if (!contents || !("items" in contents)) return undefined;
  for (const item of contents.items) {
    if (item && typeof item === "object" && "key" in item) {
      const node = item.key;
      if (node && typeof node === "object" && "value" in node && node.value === key && "range" in node) {
        return Array.isArray(node.range) ? Number(node.range[0]) : undefined;
      }
    }
  }
  return undefined;
}

function frontWords(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === "unrecognized_keys") return `Nobody knows “${issue.keys[0]}” here`;
  if (issue.code !== "invalid_type") return undefined;
  if (issue.path?.length)
    return issue.input === undefined ? `“${issue.path.join(".")}” is missing` : undefined;
  return "The front matter has no names and values";
}

function bodyProblems({ body, bodyLine }: { body: string; bodyLine: number }, clean: string) {
  if (clean === "") return [{ line: bodyLine, message: "There is no text below the front matter" }];
  if (clean.length > longestBody) {
    return [
      { line: bodyLine, message: `A text has ${longestBody.toLocaleString("en-GB")} characters at most` },
    ];
  }
  const skipped = body.slice(0, body.indexOf(clean[0] ?? "")).split("\n").length - 1;
  return problemsOf(clean).map(({ line, column, message }) => ({
    line: bodyLine + skipped + line - 1,
    message: `Column ${column}: ${message}`,
  }));
}
