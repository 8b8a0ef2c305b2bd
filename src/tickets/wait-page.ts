import { Router } from "express";
import { z } from "zod";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { newForm, readForm } from "../web/forms.ts";
import { askedTicket } from "./asked-ticket.ts";
import { waitForFix, waitForUser } from "./snooze.ts";

const IssueForm = z.object({
  issue: z
    .string()
    .trim()
    .min(1, "Give the address where the known issue stands")
    .max(500, "An address has 500 characters at most")
    .regex(/^https?:\/\/\S+$/u, "An address begins with https:// and has no spaces")
    .refine((address) => URL.canParse(address) && !address.includes("@"), "This is no address of a page"),
});

/** /tickets/:id/wait-for-fix and /tickets/:id/wait-for-user: it is somebody else's turn, without an answer of ours. */
export function waitPage(desk: Desk): Router {
  const page = Router();

  page.get("/tickets/:id/wait-for-fix", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const form = newForm({ issue: ticket.issue_url ?? "" });
    response.render("tickets/wait-for-fix.njk", { ticket, form });
  });

  page.post("/tickets/:id/wait-for-fix", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const form = readForm(IssueForm, request.body);
    if (!form.ok) return response.status(422).render("tickets/wait-for-fix.njk", { ticket, form });
    const changed = await waitForFix(desk.db, ticket.id, signedIn(request).id, form.values.issue);
    request.session.notice = changed ? "The ticket waits for a fix." : "Nothing was changed.";
    response.redirect(303, `/tickets/${ticket.id}`);
  });

  page.get("/tickets/:id/wait-for-user", async (request, response) => {
    response.render("tickets/wait.njk", { ticket: await askedTicket(desk, request) });
  });

  page.post("/tickets/:id/wait-for-user", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const changed = await waitForUser(desk.db, ticket.id, signedIn(request).id);
    request.session.notice = changed ? "The ticket waits for its user." : "Nothing was changed.";
    response.redirect(303, `/tickets/${ticket.id}`);
  });

  return page;
}
