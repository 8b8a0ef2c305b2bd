import type { Database } from "../database.ts";
import { withWords } from "./with-words.ts";

export type OfferedTemplate = {
  id: string;
  name: string;
  category: string;
  tags: string[];
  /** In which language the text is that would be taken. */
  language: string;
  in_language: boolean;
  /** Its category or one of its tags is a tag of the ticket. */
  fits: boolean;
  out_of_date_since: Date | null;
  used_count: number;
  last_used_at: Date | null;
};

/**
 * Templates for an answer: first those that have a text in the language of the ticket, of them first those whose
 * category or tags are tags of the ticket, then the most used. Retired ones are never offered.
 */
export async function offerTemplates(
  db: Database,
  asked: { language: string | null; tags?: string[]; words?: string; limit?: number },
): Promise<OfferedTemplate[]> {
  const language = asked.language ?? "";
  const tags = (asked.tags ?? []).map((tag) => tag.toLowerCase());
  return await db("reply_templates as template")
    .joinRaw(
      `cross join lateral (
         select language, language = ? as in_language, out_of_date_since from reply_template_texts
          where template_id = template.id
          order by language = ? desc, language = 'en' desc, is_source desc limit 1) best`,
      [language, language],
    )
    .joinRaw(
      "cross join lateral (select template.tags && ?::text[] or lower(template.category) = any (?::text[]) as fits) fitting",
      [tags, tags],
    )
    .whereNull("retired_at")
    .modify((query) => withWords(query, asked.words ?? ""))
    .orderByRaw("in_language desc, fits desc, used_count desc, lower(template.name)")
    .limit(asked.limit ?? 200)
    .select(
      "template.id",
      "name",
      "category",
      "tags",
      "best.language",
      "in_language",
      "fits",
      "out_of_date_since",
      "used_count",
      "last_used_at",
    );
}
