import { Router } from "express";
import { z } from "zod";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { newForm, readForm } from "../web/forms.ts";
import { askedTicket } from "./asked-ticket.ts";
import { setPriority } from "./set-facts.ts";
import { priorities } from "./ticket-state.ts";

const PriorityForm = z.object({ priority: z.enum(priorities, "Choose how much it presses") });

/** /tickets/:id/priority: how much it presses. */
export function priorityPage(desk: Desk): Router {
  const page = Router();

  page.get("/tickets/:id/priority", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    response.render("tickets/priority.njk", { ticket, form: newForm({ priority: ticket.priority }) });
  });

  page.post("/tickets/:id/priority", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const form = readForm(PriorityForm, request.body);
    if (!form.ok) return response.status(422).render("tickets/priority.njk", { ticket, form });
    const set = await setPriority(desk.db, ticket.id, signedIn(request).id, form.values.priority);
    request.session.notice = set ? `The priority is ${form.values.priority}.` : "Nothing was changed.";
    response.redirect(303, `/tickets/${ticket.id}`);
  });

  return page;
}
