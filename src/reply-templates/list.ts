import type { Database } from "../database.ts";
import type { Template } from "./template.ts";
import { withWords } from "./with-words.ts";

export type Shown = "used" | "out-of-date" | "retired";
export type ListedTemplate = Omit<Template, "retired_by_name"> & {
  texts: { language: string; is_source: boolean; out_of_date_since: Date | null }[];
};

/** More than a desk has; a longer list would be cut, and says so. */
export const longestList = 500;

/** Templates by category and name: those in use, those with a translation that is out of date, or the retired ones. */
export async function listTemplates(
  db: Database,
  asked: { words: string; show: Shown },
): Promise<ListedTemplate[]> {
  const rows = await db("reply_templates as template")
    .joinRaw(
      `cross join lateral (
         select json_agg(json_build_object('language', language, 'is_source', is_source, 'out_of_date_since', out_of_date_since)
             order by is_source desc, language) as texts, bool_or(out_of_date_since is not null) as out_of_date
           from reply_template_texts where template_id = template.id) of_template`,
    )
    .modify((query) => {
      if (asked.show === "retired") query.whereNotNull("retired_at");
      else query.whereNull("retired_at");
      if (asked.show === "out-of-date") query.where("out_of_date", true);
      withWords(query, asked.words);
    })
    .orderByRaw("lower(category), category, lower(template.name)")
    .limit(longestList + 1)
    .select<(Omit<ListedTemplate, "texts"> & { texts: SentText[] })[]>("template.*", "texts");
  return rows.map((row) => ({ ...row, texts: row.texts.map(withDate) }));
}

type SentText = { language: string; is_source: boolean; out_of_date_since: string | null };

function withDate(text: SentText) {
  return { ...text, out_of_date_since: text.out_of_date_since ? new Date(text.out_of_date_since) : null };
}

/** The categories in use, to choose from. */
export async function listCategories(db: Database): Promise<string[]> {
  return await db("reply_templates")
    .distinct("category")
    .orderBy("category")
    .limit(200)
    .pluck<string[]>("category");
}
