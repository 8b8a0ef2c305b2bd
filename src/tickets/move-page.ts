import { type Response, Router } from "express";
import { z } from "zod";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { type Form, newForm, readForm, withError } from "../web/forms.ts";
import { isId } from "../web/is-id.ts";
import { askedTicket } from "./asked-ticket.ts";
import type { Ticket } from "./find.ts";
import { moveTicket } from "./move.ts";
import { listQueues } from "./queues.ts";

const MoveForm = z.object({ queue: z.string().refine(isId, "Choose a queue") });

/** /tickets/:id/move: into another queue, where later mails of this person go too. */
export function movePage(desk: Desk): Router {
  const page = Router();

  const show = async (response: Response, ticket: Ticket, form: Form) => {
    const options = (await listQueues(desk.db)).map(({ id, name }) => [id, name]);
    response.render("tickets/move.njk", { ticket, form, options });
  };

  page.get("/tickets/:id/move", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    await show(response, ticket, newForm({ queue: ticket.queue_id }));
  });

  page.post("/tickets/:id/move", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const form = readForm(MoveForm, request.body);
    if (!form.ok) return await show(response.status(422), ticket, form);

    const moved = await moveTicket(desk.db, ticket.id, signedIn(request).id, form.values.queue);
    if (!moved) {
      const message = "It is there already, or there is no such queue any more. Nothing was changed";
      return await show(response.status(422), ticket, withError(form.values, "queue", message));
    }
    request.session.notice = "The ticket is in its new queue.";
    response.redirect(303, `/tickets/${ticket.id}`);
  });

  return page;
}
