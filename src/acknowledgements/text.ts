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

/** The text in the language of the mail, else the source; undefined when the answer is retired. */
export async function acknowledgementText(
  db: Database,
  templateId: string,
  language: string | null,
): Promise<{ language: string; body: string } | undefined> {
  return await db("reply_template_texts as text")
    .join("reply_templates as template", "template.id", "text.template_id")
    .where({ template_id: templateId, retired_at: null })
    .where((either) => either.where("is_source", true).orWhere("language", language ?? ""))
    .orderByRaw("language = ? desc", [language ?? ""])
    .first("language", "body");
}
