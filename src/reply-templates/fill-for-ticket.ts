import type { Database } from "../database.ts";
import { cleanLine } from "../mime/clean-line.ts";
import { type Filled, fillTemplate } from "./fill-template.ts";
import { findTextFor } from "./find.ts";

/** What is known of a ticket and of who answers it; null is "not known", and is then left open in the answer. */
export type TicketFacts = {
  ticket: {
    id: string;
    tails_version: string | null;
    installed_version: string | null;
    model: string | null;
    whisperback_id: string | null;
  };
  person: string | null;
  issueUrl: string | null;
  me: string;
  desk: string;
  deskAddress: string;
};

/**
 * A template in the language of the ticket (or English, or its source) with the ticket's facts in it. `missing` names
 * what stays open as `{{name}}`. Undefined when there is no such template or it is retired.
 */
export async function fillForTicket(
  db: Database,
  templateId: unknown,
  language: string | null,
  facts: TicketFacts,
): Promise<(Filled & { language: string }) | undefined> {
  const text = await findTextFor(db, templateId, language);
  return text && { ...fillTemplate(text.body, valuesOf(facts)), language: text.language };
}

/** The values of the placeholders. What came from outside becomes one short line without tricks. */
export function valuesOf(facts: TicketFacts): Record<string, string | null> {
  const { ticket } = facts;
  const line = (value: string | null) => (value === null ? null : cleanLine(value, 200));
  return {
    person: line(facts.person),
    ticket: ticket.id,
    tails_version: line(ticket.tails_version),
    first_version: line(ticket.installed_version),
    model: line(ticket.model),
    whisperback_id: ticket.whisperback_id,
    issue_url: line(facts.issueUrl),
    me: facts.me,
    desk: facts.desk,
    desk_address: facts.deskAddress,
  };
}
