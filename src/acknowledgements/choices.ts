import { type Database, sendTogether } from "../database.ts";
import type { Piece } from "../reply-templates/fill-template.ts";
import { findTemplate } from "../reply-templates/find.ts";
import { offeredLanguages } from "../staff/change-languages.ts";
import { refusedTexts } from "./settings.ts";
import { fillAcknowledgement, refusedPlaceholders, type Signature } from "./text.ts";

/** An answer that may be chosen, or whose texts ask for more than an acknowledgement fills. */
export type Choice = { id: string; name: string; category: string; fits: boolean };

/** All answers in use, those that may be chosen first. */
export async function listChoices(db: Database): Promise<Choice[]> {
  const rows = await db("reply_templates as template")
    .join("reply_template_texts as text", "text.template_id", "template.id")
    .whereNull("retired_at")
    .groupBy("template.id")
    .orderByRaw("lower(template.name)")
    .limit(500)
    .select<(Omit<Choice, "fits"> & { bodies: string[] })[]>(
      "template.id",
      "template.name",
      "template.category",
      db.raw("array_agg(text.body) as bodies"),
    );
  const choices = rows.map(({ bodies, ...row }) => ({
    ...row,
    fits: bodies.every((body) => refusedPlaceholders(body).length === 0),
  }));
  return [...choices.filter(({ fits }) => fits), ...choices.filter(({ fits }) => !fits)];
}

export type Preview = {
  id: string;
  name: string;
  retired: boolean;
  source_language: string;
  texts: {
    language: string;
    is_source: boolean;
    out_of_date_since: Date | null;
    pieces: Piece[];
    refused: string[];
    /** Which version it is. */
    id: string;
    /** Whether a lead let this text leave for the queue. */
    approved: boolean;
    /** What leaves in its place until then; null: nothing else. */
    goes: Piece[] | null;
  }[];
  /** Languages of queues in which it has no text: their mail gets the source. */
  missing: string[];
  fits: boolean;
};

const exampleTicket = "412";

/** How an answer reads as the acknowledgement of a queue, in each language; undefined when there is no such answer. */
export async function previewOf(
  db: Database,
  queueId: string,
  templateId: unknown,
  desk: Signature,
): Promise<Preview | undefined> {
  const template = await findTemplate(db, templateId);
  if (!template) return undefined;
  const [languages, approved] = await sendTogether([
    offeredLanguages(db),
    db("acknowledgement_texts as approved")
      .join("reply_template_versions as version", "version.id", "approved.version_id")
      .where({ queue_id: queueId, "approved.template_id": template.id })
      .select<{ language: string; body: string }[]>("approved.language", "version.body"),
  ]);
  const bodies = new Map(approved.map(({ language, body }) => [language, body]));
  return {
    id: template.id,
    name: template.name,
    retired: template.retired_at !== null,
    source_language: template.source_language,
    texts: template.texts.map(({ id, language, is_source, out_of_date_since, body }) => {
      const goes = bodies.get(language);
      const isOlder = goes !== undefined && goes !== body;
      return {
        language,
        is_source,
        out_of_date_since,
        pieces: fillAcknowledgement(body, exampleTicket, desk).pieces,
        refused: refusedPlaceholders(body),
        id,
        approved: goes === body,
        goes: isOlder ? fillAcknowledgement(goes, exampleTicket, desk).pieces : null,
      };
    }),
    missing: languages.filter((code) => !template.texts.some(({ language }) => language === code)),
    fits: template.retired_at === null && refusedTexts(template.texts).length === 0,
  };
}
