import { type Database, sendTogether } from "../database.ts";
import { isId } from "../web/is-id.ts";
import type { Template, TemplateText } from "./template.ts";

/** A template with its texts, the source first; undefined when there is none. Retired ones are found too. */
export async function findTemplate(
  db: Database,
  id: unknown,
): Promise<(Template & { source: TemplateText; texts: TemplateText[] }) | undefined> {
  if (!isId(id)) return undefined;
  const [template, texts] = await sendTogether([
    db("reply_templates")
      .leftJoin("staff", "staff.id", "retired_by")
      .where({ "reply_templates.id": id })
      .first<Template | undefined>("reply_templates.*", "staff.name as retired_by_name"),
    db("reply_template_texts as text")
      .leftJoin("staff", "staff.id", "text.written_by")
      .where({ template_id: id })
      .orderByRaw("is_source desc, language")
      .select<TemplateText[]>("text.*", "staff.name as writer_name"),
  ]);
  const source = texts.find((text) => text.is_source);
  return template && source && { ...template, source, texts };
}

/** The text that an answer in this language takes: the language's own, else English, else the source. */
export async function findTextFor(
  db: Database,
  templateId: unknown,
  language: string | null,
): Promise<{ language: string; body: string } | undefined> {
  if (!isId(templateId)) return undefined;
  return await db("reply_template_texts as text")
    .join("reply_templates as template", "template.id", "text.template_id")
    .where({ template_id: templateId, retired_at: null })
    .orderByRaw("language = ? desc, language = 'en' desc, is_source desc", [language ?? ""])
    .first("language", "body");
}
