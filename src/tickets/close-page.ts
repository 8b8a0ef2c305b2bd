import { Router } from "express";
import { z } from "zod";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { newForm, readForm } from "../web/forms.ts";
import { askedTicket } from "./asked-ticket.ts";
import { closeTicket, reopenTicket } from "./close.ts";

const CloseForm = z.object({ as: z.enum(["resolved", "spam"], "Choose what it is: resolved or spam") });

/** /tickets/:id/close, as resolved or as spam, and /tickets/:id/reopen. */
export function closePage(desk: Desk): Router {
  const page = Router();

  page.get("/tickets/:id/close", async (request, response) => {
    const as = request.query.as === "spam" ? "spam" : "resolved";
    response.render("tickets/close.njk", { ticket: await askedTicket(desk, request), form: newForm({ as }) });
  });

  page.post("/tickets/:id/close", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const form = readForm(CloseForm, request.body);
    if (!form.ok) return response.status(422).render("tickets/close.njk", { ticket, form });
    const closed = await closeTicket(desk.db, ticket.id, signedIn(request).id, form.values.as);
    if (closed) request.session.notice = `The ticket is closed as ${form.values.as}.`;
    response.redirect(303, `/tickets/${ticket.id}`);
  });

  page.get("/tickets/:id/reopen", async (request, response) => {
    response.render("tickets/reopen.njk", { ticket: await askedTicket(desk, request) });
  });

  page.post("/tickets/:id/reopen", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const opened = await reopenTicket(desk.db, ticket.id, signedIn(request).id);
    if (opened) request.session.notice = "It is our turn again.";
    response.redirect(303, `/tickets/${ticket.id}`);
  });

  return page;
}
