import { type Response, Router } from "express";
import { z } from "zod";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { type Form, newForm, readForm, withError } from "../web/forms.ts";
import { askedTicket } from "./asked-ticket.ts";
import type { Ticket } from "./find.ts";
import { linkedTickets, linkTickets, unlinkTickets } from "./links.ts";
import { ticketNumber } from "./ticket-number.ts";
import { statusWords } from "./words.ts";

const LinkForm = z.object({
  other: z
    .string()
    .max(2000, "This is too long for a number or an address")
    .refine(
      (typed) => ticketNumber(typed) !== null,
      "Write the number of a ticket, such as 412, or the address of its page",
    ),
});
const UnlinkForm = z.object({ other: z.string() });

/** /tickets/:id/link: tickets that have to do with each other. */
export function linkPage(desk: Desk): Router {
  const page = Router();
  const { db, vault } = desk;

  const show = async (response: Response, ticket: Ticket, form: Form) => {
    const linked = await linkedTickets(db, vault, ticket.id);
    response.render("tickets/link.njk", { ticket, form, linked, statusWords });
  };

  page.get("/tickets/:id/link", async (request, response) => {
    await show(response, await askedTicket(desk, request), newForm());
  });

  page.post("/tickets/:id/link", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const form = readForm(LinkForm, request.body);
    if (!form.ok) return await show(response.status(422), ticket, form);

    const other = ticketNumber(form.values.other) ?? "";
    const linked = await linkTickets(db, ticket.id, other, signedIn(request).id);
    if (!linked.ok) {
      const message =
        linked.reason === "itself"
          ? "A ticket is not linked with itself"
          : "There is no ticket with this number";
      return await show(response.status(422), ticket, withError(form.values, "other", message));
    }
    request.session.notice = linked.changed ? "The two tickets are linked." : "They are linked already.";
    response.redirect(303, `/tickets/${ticket.id}`);
  });

  page.post("/tickets/:id/unlink", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const form = readForm(UnlinkForm, request.body);
    const other = form.ok ? form.values.other : "";
    const unlinked = await unlinkTickets(db, ticket.id, other, signedIn(request).id);
    const gone = unlinked.ok && unlinked.changed;
    request.session.notice = gone ? "The link is gone." : "There is no such link.";
    response.redirect(303, `/tickets/${ticket.id}/link`);
  });

  return page;
}
