import type { Database } from "../database.ts";
import { offerTemplates } from "../reply-templates/offer.ts";
import { dayOf, language } from "../web/format.ts";
import type { Ticket } from "./find.ts";
import { tagsOfTicket } from "./tags.ts";

export type OfferedGroup = {
  label: string;
  options: { id: string; words: string; out_of_date_since: Date | null }[];
};

/** Template answers for a ticket, in groups: those that fit its tags, those in its language, all others. */
export async function offeredAnswers(db: Database, ticket: Ticket, words: string): Promise<OfferedGroup[]> {
  const tags = (await tagsOfTicket(db, ticket.id)).map(({ name }) => name);
  const offered = await offerTemplates(db, { language: ticket.language, tags, words });
  const option = (one: (typeof offered)[number]) => ({
    id: one.id,
    out_of_date_since: one.out_of_date_since,
    words: [
      one.name,
      one.category,
      ...(one.in_language ? [] : [language(one.language)]),
      ...(one.out_of_date_since ? [`out of date since ${dayOf(one.out_of_date_since)}`] : []),
    ].join(" · "),
  });
  const group = (label: string, options: typeof offered) => ({ label, options: options.map(option) });
  return [
    group(
      "Fits the tags",
      offered.filter((one) => one.in_language && one.fits),
    ),
    group(
      `In ${language(ticket.language ?? "en")}`,
      offered.filter((one) => one.in_language && !one.fits),
    ),
    group(
      "In another language",
      offered.filter((one) => !one.in_language),
    ),
  ].filter(({ options }) => options.length > 0);
}
