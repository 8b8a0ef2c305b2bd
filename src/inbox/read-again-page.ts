import { type Request, Router } from "express";
import { signedIn } from "../staff/staff-session.ts";
import { askedTicket } from "../tickets/asked-ticket.ts";
import type { Desk } from "../web/desk.ts";
import { plural } from "../web/format.ts";
import { isId } from "../web/is-id.ts";
import { NotFound } from "../web/not-found.ts";
import { askAgain, askAgainForPerson } from "./ask-again.ts";

const nothing = "Nothing was changed: it is being read already, or its raw copy is gone.";

/** POST …/read-again: the worker reads a message's mail once more, since a key is there now; …/all: the person's mails. */
export function readAgainPage(desk: Desk): Router {
  const page = Router();
  const { db } = desk;
  const asked = async (request: Request) => {
    const ticket = await askedTicket(desk, request);
    const messageId = request.params.messageId;
    const here =
      isId(messageId) && (await db("messages").where({ id: messageId, ticket_id: ticket.id }).first("id"));
    if (!here) throw new NotFound("No such message on this ticket");
    return { ticketId: ticket.id, messageId: String(messageId), staffId: signedIn(request).id };
  };

  page.post("/tickets/:id/messages/:messageId/read-again", async (request, response) => {
    const ask = await asked(request);
    request.session.notice = (await askAgain(db, ask)) ? "The mail is read again." : nothing;
    response.redirect(303, `/tickets/${ask.ticketId}#message-${ask.messageId}`);
  });

  page.post("/tickets/:id/messages/:messageId/read-again/all", async (request, response) => {
    const ask = await asked(request);
    const count = await askAgainForPerson(db, ask);
    request.session.notice = count
      ? `${plural(count, "signed mail", "signed mails")} of this person ${count === 1 ? "is" : "are"} read again.`
      : nothing;
    response.redirect(303, `/tickets/${ask.ticketId}#message-${ask.messageId}`);
  });

  return page;
}
