import { Router } from "express";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { askedTicket } from "./asked-ticket.ts";
import { giveTicketBack, takeTicket } from "./take.ts";

/** /tickets/:id/take and /tickets/:id/give-back: who follows this ticket to its end. */
export function takePage(desk: Desk): Router {
  const page = Router();

  page.get("/tickets/:id/take", async (request, response) => {
    response.render("tickets/take.njk", { ticket: await askedTicket(desk, request) });
  });

  page.post("/tickets/:id/take", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const taken = await takeTicket(desk.db, ticket.id, signedIn(request).id);
    if (!taken) request.session.notice = "It has an owner already. Nothing was changed.";
    response.redirect(303, `/tickets/${ticket.id}`);
  });

  page.get("/tickets/:id/give-back", async (request, response) => {
    response.render("tickets/give-back.njk", { ticket: await askedTicket(desk, request) });
  });

  page.post("/tickets/:id/give-back", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const given = await giveTicketBack(desk.db, ticket.id, signedIn(request).id);
    request.session.notice = given
      ? "Anybody may take it now."
      : "You are not its owner. Nothing was changed.";
    response.redirect(303, `/tickets/${ticket.id}`);
  });

  return page;
}
