import type { Database } from "#src/database.ts";
import { createTemplate, type NewTemplate } from "#src/reply-templates/create.ts";
import { findTemplate } from "#src/reply-templates/find.ts";
import { saveText } from "#src/reply-templates/save-text.ts";

/** A template answer with its source in English and, if asked, translations; its id. */
export async function write(
  db: Database,
  staffId: string,
  template: Partial<NewTemplate> & { name: string },
  translations: Record<string, string> = {},
): Promise<string> {
  const created = await createTemplate(db, {
    category: "Hardware",
    tags: [],
    language: "en",
    body: `Hello, this is about ${template.name}.`,
    staffId,
    ...template,
  });
  if (!created.ok) throw new Error(created.reason);
  for (const [language, body] of Object.entries(translations))
    await translate(db, staffId, created.id, language, body);
  return created.id;
}

/** Saves a translation made from the source as it is now. */
export async function translate(
  db: Database,
  staffId: string,
  templateId: string,
  language: string,
  body: string,
) {
  const template = await find(db, templateId);
  const seen = template.texts.find((text) => text.language === language)?.number ?? 0;
  const madeFrom = template.source.fingerprint;
  return await saveText(db, { templateId, language, body, seen, details: null, madeFrom, staffId });
}

/** Saves a new text of the source. */
export async function changeSource(db: Database, staffId: string, templateId: string, body: string) {
  const { name, category, tags, source } = await find(db, templateId);
  const { language, number: seen } = source;
  const details = { name, category, tags };
  return await saveText(db, { templateId, language, body, seen, details, madeFrom: null, staffId });
}

export async function find(db: Database, id: string) {
  const template = await findTemplate(db, id);
  if (!template) throw new Error("There is no such template");
  return template;
}
