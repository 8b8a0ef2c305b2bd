import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Database } from "../database.ts";
import { type AnswerFile, writeAnswerFile } from "./answer-file.ts";

/**
 * Writes every answer in every language into a folder, one Markdown file each; retired ones say so. Files that say the
 * same already are not touched, and other files stay. Tells the names that were written and how many there are.
 */
export async function exportFolder(
  db: Database,
  folder: string,
): Promise<{ written: string[]; total: number }> {
  await mkdir(folder, { recursive: true });
  const files = await answerFiles(db);
  const written: string[] = [];
  for (const { name, text } of files) {
    const path = join(folder, name);
    const before = await readFile(path, "utf8").catch(() => null);
    if (before === text) continue;
    await writeFile(path, text);
    written.push(name);
  }
  return { written, total: files.length };
}

async function answerFiles(db: Database): Promise<{ name: string; text: string }[]> {
  const rows = await db("reply_template_texts as text")
    .join("reply_templates as template", "template.id", "text.template_id")
    .orderBy(["slug", "text.language"])
    .select<Row[]>(
      "slug",
      "name",
      "category",
      "tags",
      "source_language",
      "retired_at",
      "text.language",
      "text.body",
      "text.is_source",
      "text.made_from",
    );
  return rows.map((row) => ({
    name: `${row.slug}.${row.language}.md`,
    text: writeAnswerFile(answerOf(row), row.source_language),
  }));
}

type Row = {
  slug: string;
  name: string;
  category: string;
  tags: string[];
  source_language: string;
  retired_at: Date | null;
  language: string;
  body: string;
  is_source: boolean;
  made_from: string | null;
};

function answerOf(row: Row): AnswerFile {
  const { slug, language, body } = row;
  if (row.is_source) {
    const { name, category, tags } = row;
    return { slug, language, body, kind: "source", name, category, tags, retired: row.retired_at !== null };
  }
  // Always told, so that a source that is edited in git makes its translations out of date.
  return { slug, language, body, kind: "translation", made_from: row.made_from };
}
