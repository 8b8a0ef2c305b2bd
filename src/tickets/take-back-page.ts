import { Router } from "express";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { isId } from "../web/is-id.ts";
import { NotFound } from "../web/not-found.ts";
import { askedTicket } from "./asked-ticket.ts";
import { takeAnswerBack } from "./take-answer-back.ts";

/** POST /tickets/:id/messages/:messageId/take-back: an answer that has not left becomes a draft again. */
export function takeBackPage(desk: Desk): Router {
  const page = Router();
  const { db, vault } = desk;

  page.post("/tickets/:id/messages/:messageId/take-back", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const { messageId } = request.params;
    const here =
      isId(messageId) && (await db("messages").where({ id: messageId, ticket_id: ticket.id }).first("id"));
    if (!here) throw new NotFound("No such message on this ticket");

    const taken = await takeAnswerBack(db, vault, messageId, signedIn(request).id);
    if (taken.ok) {
      request.session.notice = "The answer did not leave. It is your draft again.";
      return response.redirect(303, `/tickets/${ticket.id}/reply`);
    }
    if (taken.reason === "not there") throw new NotFound("No such answer on this ticket");
    response.status(taken.reason === "not yours" ? 403 : 409).render("tickets/not-done.njk", {
      ticket,
      title: "It cannot be taken back",
      reason:
        taken.reason === "not yours"
          ? "Only who wrote an answer takes it back."
          : "It has left, or leaves right now.",
    });
  });

  return page;
}
