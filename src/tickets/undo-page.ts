import { Router } from "express";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { isId } from "../web/is-id.ts";
import { NotFound } from "../web/not-found.ts";
import { askedTicket } from "./asked-ticket.ts";
import { type UndoRefusal, undoEvent } from "./undo.ts";

/** POST /tickets/:id/events/:eventId/undo: what was done a moment ago is not done. */
export function undoPage(desk: Desk): Router {
  const page = Router();
  const { db, vault } = desk;

  page.post("/tickets/:id/events/:eventId/undo", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const { eventId } = request.params;
    const event =
      isId(eventId) && (await db("ticket_events").where({ id: eventId, ticket_id: ticket.id }).first("id"));
    if (!event) throw new NotFound("No such event on this ticket");

    const undone = await undoEvent(db, vault, event.id, signedIn(request).id);
    if (!undone.ok) {
      const reason = refusals[undone.reason];
      return response
        .status(409)
        .render("tickets/not-done.njk", { ticket, title: "It cannot be undone", reason });
    }
    request.session.notice = "It is undone.";
    response.redirect(303, `/tickets/${ticket.id}`);
  });

  return page;
}

const refusals: Record<UndoRefusal, string> = {
  "not there": "There is no such event.",
  "nothing to undo": "It changed nothing that could be restored.",
  "by the desk itself": "The desk did it by itself.",
  "an answer": "A mail is taken back while it waits in the outbox, and not here.",
  "too late": "It is more than ten minutes ago. Change the ticket by hand.",
  "undone already": "Somebody undid it already.",
  "changed since": "Somebody changed the same since. Change the ticket by hand.",
  gone: "What it would bring back is gone: the tag was merged away, or the account is closed.",
};
