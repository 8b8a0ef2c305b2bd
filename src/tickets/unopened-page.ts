import { type Request, type Response, Router } from "express";
import { z } from "zod";
import { sendTogether } from "../database.ts";
import { recipientOf } from "../outbox/recipient.ts";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { type Form, listOf, newForm, readForm, withError } from "../web/forms.ts";
import { isId } from "../web/is-id.ts";
import { askedTicket } from "./asked-ticket.ts";
import type { Ticket } from "./find.ts";
import { tellStory } from "./tell-story.ts";
import { readThread } from "./thread.ts";
import { decideUnopened, unopenedOf } from "./unopened-parts.ts";

const DecideForm = z.object({
  as: z.enum(["not ciphertext", "does not encrypt"], "Choose what you decide"),
  reason: z
    .string()
    .trim()
    .min(1, "Say why, for those who read this ticket later")
    .max(2000, "A reason has 2,000 characters at most"),
  messages: listOf(z.string().refine(isId)).pipe(z.array(z.string()).max(1000)),
});

/** /tickets/:id/unopened: what of its mails looks encrypted, or like a key, and was not read; decides that it is disregarded. */
export function unopenedPage(desk: Desk): Router {
  const page = Router();
  const { db, vault } = desk;

  const show = async (response: Response, ticket: Ticket, form: Form, status = 200) => {
    const [thread, unopened, recipient] = await sendTogether([
      readThread(db, vault, ticket.id),
      unopenedOf(db, vault, ticket.id),
      recipientOf(db, vault, ticket.id),
    ]);
    const messages = tellStory(thread, null).flatMap((item) => {
      const state = item.type === "message" && unopened.find(({ message_id }) => message_id === item.id);
      return state ? [{ ...item, ...state }] : [];
    });
    response.status(status).render("tickets/unopened.njk", {
      ticket,
      messages,
      open: messages.filter(({ decided_at }) => decided_at === null),
      // Of somebody who encrypted or gave a key nothing here changes how answers leave.
      countsAnyway: recipient !== null && !recipient.mayGetClear && !recipient.mayBeDecided,
      form,
    });
  };

  page.get("/tickets/:id/unopened", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    if (ticket.merged_into) return response.redirect(303, `/tickets/${ticket.merged_into}/unopened`);
    await show(response, ticket, newForm());
  });

  page.post("/tickets/:id/unopened", async (request: Request, response: Response) => {
    const ticket = await askedTicket(desk, request);
    const form = readForm(DecideForm, request.body);
    if (!form.ok) return await show(response, ticket, form, 422);
    const { as, reason, messages: messageIds } = form.values;
    const staffId = signedIn(request).id;
    const count = await decideUnopened(db, vault, { ticketId: ticket.id, messageIds, staffId, as, reason });
    if (count === 0) {
      const message = "There is nothing to decide here any more: somebody did, or the mail was read again";
      return await show(response, ticket, withError(form.values, "form", message), 422);
    }
    request.session.notice = "It is disregarded on this ticket. You can undo that for ten minutes.";
    response.redirect(303, `/tickets/${ticket.id}`);
  });

  return page;
}
