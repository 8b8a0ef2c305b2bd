import { type Response, Router } from "express";
import { z } from "zod";
import { listStaff } from "../staff/staff.ts";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { type Form, newForm, readForm, withError } from "../web/forms.ts";
import { isId } from "../web/is-id.ts";
import { askedTicket } from "./asked-ticket.ts";
import type { Ticket } from "./find.ts";
import { handOver } from "./hand-over.ts";

const HandOverForm = z.object({
  to: z.string().refine(isId, "Choose who gets it"),
  note: z.string().max(100_000, "A note has 100,000 characters at most"),
});

/** /tickets/:id/hand-over: somebody else follows this ticket to its end, with a note for them. */
export function handOverPage(desk: Desk): Router {
  const page = Router();
  const { db, vault } = desk;

  const show = async (response: Response, ticket: Ticket, form: Form) => {
    const colleagues = (await listStaff(db)).filter(
      ({ id, disabled_at }) => !disabled_at && id !== ticket.owner_id,
    );
    const options = [["", "Choose"], ...colleagues.map(({ id, name }) => [id, name])];
    response.render("tickets/hand-over.njk", { ticket, form, options });
  };

  page.get("/tickets/:id/hand-over", async (request, response) => {
    await show(response, await askedTicket(desk, request), newForm());
  });

  page.post("/tickets/:id/hand-over", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const form = readForm(HandOverForm, request.body);
    if (!form.ok) return await show(response.status(422), ticket, form);

    const { to, note } = form.values;
    const given = { ticketId: ticket.id, staffId: signedIn(request).id, toStaffId: to, note };
    const result = await handOver(db, vault, given);
    if (!result.ok) {
      return await show(response.status(422), ticket, withError(form.values, "to", refusals[result.reason]));
    }
    request.session.notice = "The ticket has a new owner.";
    response.redirect(303, `/tickets/${ticket.id}`);
  });

  return page;
}

const refusals = {
  "nobody of that name": "Nobody who works here has this account",
  "owns it already": "The ticket is theirs already, or it was merged into another",
};
