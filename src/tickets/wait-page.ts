import { Router } from "express";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { askedTicket } from "./asked-ticket.ts";
import { waitForFix, waitForUser } from "./snooze.ts";

/** /tickets/:id/wait-for-fix and /tickets/:id/wait-for-user: it is somebody else's turn, without an answer of ours. */
export function waitPage(desk: Desk): Router {
  const page = Router();

  page.get("/tickets/:id/wait-for-fix", async (request, response) => {
    response.render("tickets/wait.njk", { ticket: await askedTicket(desk, request), forWhom: "fix" });
  });

  page.post("/tickets/:id/wait-for-fix", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const changed = await waitForFix(desk.db, ticket.id, signedIn(request).id);
    request.session.notice = changed ? "The ticket waits for a fix." : "Nothing was changed.";
    response.redirect(303, `/tickets/${ticket.id}`);
  });

  page.get("/tickets/:id/wait-for-user", async (request, response) => {
    response.render("tickets/wait.njk", { ticket: await askedTicket(desk, request), forWhom: "user" });
  });

  page.post("/tickets/:id/wait-for-user", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const changed = await waitForUser(desk.db, ticket.id, signedIn(request).id);
    request.session.notice = changed ? "The ticket waits for its user." : "Nothing was changed.";
    response.redirect(303, `/tickets/${ticket.id}`);
  });

  return page;
}
