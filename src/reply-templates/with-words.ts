import type { Knex } from "knex";

/** Templates (table alias `template`) that have all these words, each anywhere: name, category, tags or a text. */
export function withWords(query: Knex.QueryBuilder, words: string): void {
  for (const word of words.trim().split(/\s+/).filter(Boolean).slice(0, 10)) {
    const pattern = `%${word.slice(0, 100).replace(/[\\%_]/g, "\\$&")}%`;
    query.whereRaw(
      `(template.name ilike ? or template.category ilike ? or array_to_string(template.tags, ' ') ilike ?
        or exists (select from reply_template_versions version
          where version.template_id = template.id and version.is_current and version.body ilike ?))`,
      [pattern, pattern, pattern, pattern],
    );
  }
}
