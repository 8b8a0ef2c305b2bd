import type { Database } from "../database.ts";
import { findTemplate } from "../reply-templates/find.ts";
import { unapprovedLanguages } from "../reply-templates/unapproved.ts";
import { refusedPlaceholders } from "./text.ts";

/** A queue with its acknowledgement; what names an answer or a moment is null when nobody ever turned it on. */
export type QueueSetting = {
  queue_id: string;
  queue_name: string;
  queue_language: string | null;
  is_on: boolean;
  template_id: string | null;
  template_name: string | null;
  changed_by_name: string | null;
  changed_at: Date | null;
  /** Languages in which the answer says something newer than what a lead approved: that waits, while it is on. */
  waiting: string[];
};

/** All queues in their order, with what acknowledges their mail. */
export async function listSettings(db: Database): Promise<QueueSetting[]> {
  return await settings(db).orderBy(["queues.position", "queues.id"]);
}

/** Whether any queue acknowledges its mail. */
export async function anyAcknowledges(db: Database): Promise<boolean> {
  return (await db("acknowledgement_settings").where({ is_on: true }).first("queue_id")) !== undefined;
}

/** One queue with what acknowledges its mail; undefined when there is no such queue. */
export async function findSetting(db: Database, queueId: string): Promise<QueueSetting | undefined> {
  return await settings(db).where("queues.id", queueId).first();
}

function settings(db: Database) {
  return db<QueueSetting>("queues")
    .leftJoin("acknowledgement_settings as setting", "setting.queue_id", "queues.id")
    .leftJoin("reply_templates as template", "template.id", "setting.template_id")
    .leftJoin("staff", "staff.id", "setting.changed_by")
    .select<QueueSetting[]>(
      "queues.id as queue_id",
      "queues.name as queue_name",
      "queues.language as queue_language",
      db.raw("coalesce(setting.is_on, false) as is_on"),
      "setting.template_id",
      "template.name as template_name",
      "staff.name as changed_by_name",
      "setting.changed_at",
      db.raw(
        `case when setting.is_on and template.retired_at is null then array${unapprovedLanguages("setting")}
           else '{}' end as waiting`,
      ),
    );
}

/** A language in which the answer asks for something that no acknowledgement fills. */
export type RefusedText = { language: string; placeholders: string[] };
export type TurnedOn =
  | { ok: true }
  | { ok: false; reason: "not there" }
  | { ok: false; reason: "retired" }
  | { ok: false; reason: "changed meanwhile" }
  | { ok: false; reason: "asks for more"; texts: RefusedText[] };

/**
 * Turns the acknowledgement of a queue on, gives it another answer, or approves what its answer says now. Who does it agrees
 * that these texts leave, in clear too. `seen` are the versions that were shown; absent: those that count now.
 */
export async function turnOn(
  db: Database,
  asked: { queueId: string; templateId: unknown; staffId: string; seen?: string[] },
): Promise<TurnedOn> {
  const template = await findTemplate(db, asked.templateId);
  if (!template) return { ok: false, reason: "not there" };
  if (template.retired_at) return { ok: false, reason: "retired" };
  const texts = refusedTexts(template.texts);
  if (texts.length > 0) return { ok: false, reason: "asks for more", texts };

  const current = template.texts.map(({ id }) => id);
  if (asked.seen && asked.seen.toSorted().join() !== current.toSorted().join())
    return { ok: false, reason: "changed meanwhile" };

  await db.transaction(async (trx) => {
    await trx("acknowledgement_texts").where({ queue_id: asked.queueId }).delete();
    await trx("acknowledgement_settings")
      .insert({
        queue_id: asked.queueId,
        template_id: template.id,
        is_on: true,
        changed_by: asked.staffId,
        changed_at: trx.fn.now(),
      })
      .onConflict("queue_id")
      .merge();
    await trx("acknowledgement_texts").insert(
      template.texts.map(({ id, language }) => ({
        queue_id: asked.queueId,
        template_id: template.id,
        language,
        version_id: id,
        approved_by: asked.staffId,
      })),
    );
  });
  return { ok: true };
}

/** The texts that no acknowledgement may be made of, with what they ask for. */
export function refusedTexts(texts: { language: string; body: string }[]): RefusedText[] {
  return texts
    .map(({ language, body }) => ({ language, placeholders: refusedPlaceholders(body) }))
    .filter(({ placeholders }) => placeholders.length > 0);
}

/** Turns the acknowledgement of a queue off; it keeps its answer for the next time. False: it was off. */
export async function turnOff(db: Database, queueId: string, staffId: string): Promise<boolean> {
  const changed = await db("acknowledgement_settings")
    .where({ queue_id: queueId, is_on: true })
    .update({ is_on: false, changed_by: staffId, changed_at: db.fn.now() });
  return changed > 0;
}
