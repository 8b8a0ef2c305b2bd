import type { Database } from "../database.ts";
import { addVersion } from "./add-version.ts";
import type { FileProblem } from "./answer-file.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { type FolderAnswer, readFolder } from "./read-folder.ts";
import { sameDetails } from "./save-text.ts";

export type Imported =
  | { ok: true; files: number; created: string[]; changed: string[] }
  | { ok: false; problems: FileProblem[] };

/**
 * Takes over a folder that `exportFolder` wrote and people changed: all of it, or nothing when one file is wrong.
 * `created` and `changed` name the files. Answers that the folder does not have stay as they are.
 */
export async function importFolder(db: Database, folder: string): Promise<Imported> {
  const { answers, problems, files } = await readFolder(folder);
  if (problems.length > 0) return { ok: false, problems };

  return await db.transaction(async (trx) => {
    await trx.raw("lock table reply_templates in share row exclusive mode");
    const desk = new Map((await readDesk(trx)).map((template) => [template.slug, template]));
    const misfits = deskProblems(answers, [...desk.values()]);
    if (misfits.length > 0) return { ok: false, problems: misfits };

    await freeNames(trx, answers, desk);
    const created: string[] = [];
    const changed: string[] = [];
    for (const answer of answers) {
      const told = await takeOver(trx, answer, desk.get(answer.slug));
      created.push(...told.created);
      changed.push(...told.changed);
    }
    return { ok: true, files, created, changed };
  });
}

type DeskTemplate = {
  id: string;
  slug: string;
  name: string;
  category: string;
  tags: string[];
  source_language: string;
  retired_at: Date | null;
  texts: { language: string; body: string; made_from: string | null }[];
};

async function readDesk(trx: Database): Promise<DeskTemplate[]> {
  return await trx("reply_templates as template").select(
    "template.*",
    trx.raw(
      `(select json_agg(json_build_object('language', language, 'body', body, 'made_from', made_from))
          from reply_template_versions where template_id = template.id and is_current) as texts`,
    ),
  );
}

/** What a folder cannot know by itself: which sources the desk has, and which names are taken. */
function deskProblems(answers: FolderAnswer[], desk: DeskTemplate[]): FileProblem[] {
  const bySlug = new Map(desk.map((template) => [template.slug, template]));
  const changing = new Set(answers.filter(({ source }) => source).map(({ slug }) => slug));
  const names = new Map(
    desk.filter(({ slug }) => !changing.has(slug)).map(({ name, slug }) => [name.toLowerCase(), slug]),
  );
  return answers.flatMap(({ slug, source, translations }) => {
    const here = bySlug.get(slug);
    if (!source) {
      const wrong = here ? translations.filter(({ of }) => of !== here.source_language) : translations;
      const message = here
        ? `The source of this answer is in “${here.source_language}” on this desk`
        : "There is no source of this answer, neither in the folder nor on this desk";
      return wrong.map(({ file }) => ({ file, line: 2, message }));
    }
    const file = `${slug}.${source.language}.md`;
    if (here && here.source_language !== source.language) {
      return [
        { file, line: 1, message: `The source of this answer is in “${here.source_language}” on this desk` },
      ];
    }
    const owner = names.get(source.name.toLowerCase());
    names.set(source.name.toLowerCase(), slug);
    return owner ? [{ file, line: 2, message: `The answer “${owner}” has this name already` }] : [];
  });
}

/** Two answers may have exchanged their names: nobody holds one while they are given anew. */
async function freeNames(
  trx: Database,
  answers: FolderAnswer[],
  desk: Map<string, DeskTemplate>,
): Promise<void> {
  for (const { slug, source } of answers) {
    const here = desk.get(slug);
    if (!here || !source || here.name === source.name) continue;
    await trx("reply_templates")
      .where({ id: here.id })
      .update({ name: `import of answer ${here.id}: ${Date.now()}` });
  }
}

async function takeOver(
  trx: Database,
  { slug, source, translations }: FolderAnswer,
  here: DeskTemplate | undefined,
) {
  const created: string[] = [];
  const changed: string[] = [];
  const sourceHere = here?.texts.find(({ made_from }) => made_from === null);
  const id = here?.id ?? (await insertTemplate(trx, slug, source));
  const version = { templateId: id, how: "imported" as const, staffId: null };

  if (source) {
    const { name, category, tags, language, body } = source;
    const details = { name, category, tags };
    const retire = source.retired !== Boolean(here?.retired_at);
    const says = sourceHere?.body !== body || !here || !sameDetails(details, here);
    if (says) {
      await trx("reply_templates").where({ id }).update(details);
      await addVersion(trx, { ...version, language, details, body, madeFrom: null });
    }
    if (retire) {
      const at = source.retired ? trx.fn.now() : null;
      await trx("reply_templates").where({ id }).update({ retired_at: at, retired_by: null });
    }
    if (says || retire) (here ? changed : created).push(`${slug}.${language}.md`);
  }

  const sourceBody = source?.body ?? sourceHere?.body ?? "";
  for (const { file, text } of translations) {
    const before = here?.texts.find(({ language }) => language === text.language);
    // A text that the desk has stays made from what it was; one that is new here fits the source beside it.
    const fits = before?.body === text.body ? (before.made_from ?? "") : fingerprintOf(sourceBody);
    const madeFrom = text.made_from ?? fits;
    if (before?.body === text.body && before.made_from === madeFrom) continue;
    await addVersion(trx, { ...version, language: text.language, details: null, body: text.body, madeFrom });
    (before ? changed : created).push(file);
  }
  return { created, changed };
}

async function insertTemplate(trx: Database, slug: string, source: FolderAnswer["source"]): Promise<string> {
  if (!source) throw new Error("A new answer has a source");
  const { name, category, tags, language } = source;
  const rows = await trx("reply_templates")
    .insert({ slug, name, category, tags, source_language: language })
    .returning<{ id: string }[]>("id");
  const row = rows[0];
  if (!row) throw new Error("insert returned no template");
  return row.id;
}
