import type { Database } from "../database.ts";
import { addVersion } from "./add-version.ts";
import { cleanBody } from "./clean-body.ts";
import { freeSlug } from "./slug.ts";
import type { Details, How } from "./template.ts";

export type NewTemplate = Details & {
  language: string;
  body: string;
  staffId: string | null;
  slug?: string;
  how?: How;
};

/** A new template with its source. The name is nobody else's, retired ones included. */
export async function createTemplate(
  db: Database,
  { name, category, tags, language, body, staffId, slug, how = "written" }: NewTemplate,
): Promise<{ ok: true; id: string } | { ok: false; reason: "name taken" }> {
  return await db.transaction(async (trx) => {
    const rows = await trx("reply_templates")
      .insert({ slug: slug ?? (await freeSlug(trx, name)), name, category, tags, source_language: language })
      .onConflict()
      .ignore()
      .returning<{ id: string }[]>("id");
    const template = rows[0];
    if (!template) return { ok: false, reason: "name taken" };

    await addVersion(trx, {
      templateId: template.id,
      language,
      how,
      details: { name, category, tags },
      body: cleanBody(body),
      madeFrom: null,
      staffId,
    });
    return { ok: true, id: template.id };
  });
}
