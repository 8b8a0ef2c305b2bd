import { Router } from "express";
import type { Desk } from "../web/desk.ts";
import { askedTicket } from "./asked-ticket.ts";
import { findPerson } from "./find-person.ts";
import { isLate } from "./is-late.ts";
import { readReport } from "./read-report.ts";
import { findRelated } from "./related.ts";
import { reportFacts } from "./report-facts.ts";
import { showLogs } from "./shown-logs.ts";
import { tellStory } from "./tell-story.ts";
import { readThread } from "./thread.ts";
import { statusWords } from "./words.ts";

/** GET /tickets/:id: the story, what the report says, the person, the logs that matter. */
export function ticketPage(desk: Desk): Router {
  const page = Router();
  const { db, vault } = desk;

  page.get("/tickets/:id", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const [thread, report, person, related] = await Promise.all([
      readThread(db, vault, ticket.id),
      readReport(db, vault, ticket.id, { withLogs: true }),
      findPerson(db, vault, ticket.id),
      findRelated(db, vault, ticket),
    ]);
    response.render("tickets/ticket.njk", {
      ticket: { ...ticket, late: isLate(ticket), status_words: statusWords[ticket.status] },
      story: tellStory(thread, report),
      report: report?.report,
      facts: report ? reportFacts(report.report) : [],
      logs: report && report.report.sections.length > 0 ? showLogs(ticket.id, report) : null,
      person,
      related,
      statusWords,
      otherLanguage: ticket.language !== null && ticket.language !== ticket.queue_language,
    });
  });

  return page;
}
