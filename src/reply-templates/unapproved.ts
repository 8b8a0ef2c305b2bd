import type { Database } from "../database.ts";

/** SQL for the languages in which what an acknowledgement's answer says now is not what a lead approved to leave. */
export function unapprovedLanguages(setting: string): string {
  return `(select text.language from reply_template_texts text
    where text.template_id = ${setting}.template_id and not exists (
      select from acknowledgement_texts approved join reply_template_versions version on version.id = approved.version_id
      where approved.queue_id = ${setting}.queue_id and approved.language = text.language and version.body = text.body)
    order by text.language)`;
}

/** The queues that acknowledge their mail with this answer, and the languages in which its text waits for a lead. */
export async function acknowledgedWith(
  db: Database,
  templateId: string,
): Promise<{ queue_id: string; queue_name: string; waiting: string[] }[]> {
  return await db("acknowledgement_settings as setting")
    .join("queues", "queues.id", "setting.queue_id")
    .where({ is_on: true, template_id: templateId })
    .orderBy(["queues.position", "queues.id"])
    .select(
      "setting.queue_id",
      "queues.name as queue_name",
      db.raw(`array${unapprovedLanguages("setting")} as waiting`),
    );
}
