import type { Database } from "../database.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { Details, How } from "./template.ts";

export type NewVersion = {
  templateId: string;
  language: string;
  how: How;
  restoredFrom?: number;
  /** With the source alone. */
  details: Details | null;
  body: string;
  /** Null: this is the source. */
  madeFrom: string | null;
  /** Null: it came with a folder. */
  staffId: string | null;
};

/** Writes the next version of a template's text and makes it the one that counts. The caller holds the row of the template. */
export async function addVersion(trx: Database, version: NewVersion): Promise<number> {
  const { templateId, language } = version;
  await trx("reply_template_versions")
    .where({ template_id: templateId, language, is_current: true })
    .update({ is_current: false });
  const last = await trx("reply_template_versions")
    .where({ template_id: templateId })
    .max<{ max: number | null }[]>("number");
  const number = (last[0]?.max ?? 0) + 1;
  await trx("reply_template_versions").insert({
    template_id: templateId,
    number,
    language,
    how: version.how,
    restored_from: version.restoredFrom ?? null,
    name: version.details?.name ?? null,
    category: version.details?.category ?? null,
    tags: version.details?.tags ?? null,
    body: version.body,
    fingerprint: fingerprintOf(version.body),
    made_from: version.madeFrom,
    written_by: version.staffId,
  });
  return number;
}

/** Locks the template, so that who saves second sees the first, and reads the text that counts in this language. */
export async function lockText(trx: Database, templateId: string, language: string) {
  const template = await trx("reply_templates").where({ id: templateId }).forUpdate().first();
  if (!template) throw new Error("The template of this text disappeared");
  const current = await trx("reply_template_versions")
    .where({ template_id: templateId, language, is_current: true })
    .first();
  return { template, current };
}
