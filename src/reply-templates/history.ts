import { type Database, sendTogether } from "../database.ts";
import type { How } from "./template.ts";

/** One save of one text, as it was. */
export type Version = {
  template_id: string;
  number: number;
  language: string;
  how: How;
  restored_from: number | null;
  name: string | null;
  category: string | null;
  tags: string[] | null;
  body: string;
  fingerprint: string;
  made_from: string | null;
  is_current: boolean;
  writer_name: string | null;
  created_at: Date;
};

const onePage = 50;

/** Versions of a template, the newest first, of one language or of all; `next` is where the following page begins. */
export async function listVersions(
  db: Database,
  templateId: string,
  asked: { language: string | null; before: number | null },
): Promise<{ versions: Version[]; next: number | null }> {
  const rows = await versionsOf(db, templateId)
    .modify((query) => {
      if (asked.language) query.where("version.language", asked.language);
      if (asked.before) query.where("version.number", "<", asked.before);
    })
    .orderBy("version.number", "desc")
    .limit(onePage + 1);
  const versions = rows.slice(0, onePage);
  return { versions, next: rows.length > onePage ? (versions.at(-1)?.number ?? null) : null };
}

/** The version with this number (as text of an address), and the one that it replaced. */
export async function findVersion(
  db: Database,
  templateId: string,
  number: string,
): Promise<{ version: Version; replaced: Version | undefined; current: Version } | undefined> {
  if (!/^[1-9]\d{0,8}$/.test(number)) return undefined;
  const version = await versionsOf(db, templateId).where("version.number", number).first();
  if (!version) return undefined;
  const sameText = () => versionsOf(db, templateId).where("version.language", version.language);
  const [replaced, current] = await sendTogether([
    sameText().where("version.number", "<", number).orderBy("version.number", "desc").first(),
    sameText().where("version.is_current", true).first(),
  ]);
  return { version, replaced, current: current ?? version };
}

/** The source as it was when a translation with this fingerprint was made; undefined when this desk never had it. */
export async function findSourceVersion(
  db: Database,
  templateId: string,
  language: string,
  fingerprint: string,
): Promise<Version | undefined> {
  return await versionsOf(db, templateId)
    .where({ "version.language": language, "version.fingerprint": fingerprint })
    .orderBy("version.number", "desc")
    .first();
}

function versionsOf(db: Database, templateId: string) {
  return db("reply_template_versions as version")
    .leftJoin("staff", "staff.id", "version.written_by")
    .where({ template_id: templateId })
    .select<Version[]>("version.*", "staff.name as writer_name");
}
