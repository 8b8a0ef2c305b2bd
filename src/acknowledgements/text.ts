import type { Database } from "../database.ts";
import { type Filled, fillTemplate, placeholdersIn } from "../reply-templates/fill-template.ts";

/** Who the desk is, as its settings say. */
export type Signature = { name: string; address: string };

/** What an acknowledgement may ask for: nothing that a mail or a member of the staff could fill with words. */
export const allowedPlaceholders: readonly string[] = ["ticket", "desk", "desk_address"];

/** The placeholders of a text that no acknowledgement fills. */
export function refusedPlaceholders(body: string): string[] {
  return placeholdersIn(body).filter((name) => !allowedPlaceholders.includes(name));
}

/** The text with the number of the ticket and the name of the desk in it. */
export function fillAcknowledgement(body: string, ticketId: string, desk: Signature): Filled {
  return fillTemplate(body, { ticket: ticketId, desk: desk.name, desk_address: desk.address });
}

/**
 * The text that a lead approved for a queue, in the language of the mail, else in that of the source; undefined when the
 * answer is retired or nothing was approved.
 */
export async function acknowledgementText(
  db: Database,
  queueId: string,
  language: string | null,
): Promise<{ language: string; body: string } | undefined> {
  return await db("acknowledgement_texts as approved")
    .join("reply_template_versions as version", "version.id", "approved.version_id")
    .join("reply_templates as template", "template.id", "approved.template_id")
    .where({ queue_id: queueId, retired_at: null })
    .whereRaw("(approved.language = template.source_language or approved.language = ?)", [language ?? ""])
    .orderByRaw("approved.language = ? desc", [language ?? ""])
    .first("approved.language", "version.body");
}
