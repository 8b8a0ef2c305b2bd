import { type Request, Router } from "express";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { NotFound } from "../web/not-found.ts";
import { askedTicket } from "./asked-ticket.ts";
import { mergesOf, unmergeTickets } from "./unmerge.ts";

/** /tickets/:id/unmerge/:mergeId: both tickets as they were before they became one. */
export function unmergePage(desk: Desk): Router {
  const page = Router();

  const askedMerge = async (request: Request) => {
    const ticket = await askedTicket(desk, request);
    const merges = await mergesOf(desk.db, ticket.id);
    const merge = merges.find(({ id }) => id === request.params.mergeId);
    if (!merge) throw new NotFound("No such merge on this ticket");
    return { ticket, merge };
  };

  page.get("/tickets/:id/unmerge/:mergeId", async (request, response) => {
    response.render("tickets/unmerge.njk", await askedMerge(request));
  });

  page.post("/tickets/:id/unmerge/:mergeId", async (request, response) => {
    const { ticket, merge } = await askedMerge(request);
    const unmerged = await unmergeTickets(desk.db, merge.id, signedIn(request).id);
    if (!unmerged.ok) {
      return response.status(409).render("tickets/not-done.njk", {
        ticket,
        title: "It cannot be taken apart",
        reason: refusals[unmerged.reason],
      });
    }
    request.session.notice = `Ticket ${merge.source_id} is what it was.`;
    response.redirect(303, `/tickets/${ticket.id}`);
  });

  return page;
}

const refusals = {
  "not there": "There is no such merge.",
  "taken apart already": "Somebody took it apart already.",
  "merged further": "This ticket was merged into a third one since: take that apart first.",
  "a message was moved on": "A message that came with it stands on another ticket by now.",
};
