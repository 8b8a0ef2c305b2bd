import { type Response, Router } from "express";
import { z } from "zod";
import { sendTogether } from "../database.ts";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { type Form, listOf, newForm, readForm, withError } from "../web/forms.ts";
import { askedTicket } from "./asked-ticket.ts";
import type { Ticket } from "./find.ts";
import { readReport } from "./read-report.ts";
import { type SplitRefusal, splitMessages } from "./split.ts";
import { type StoryMessage, tellStory } from "./tell-story.ts";
import { readThread } from "./thread.ts";

const SplitForm = z.object({ messages: listOf(z.string()) });

/** /tickets/:id/split: messages of its user become one ticket of their own. */
export function splitPage(desk: Desk): Router {
  const page = Router();
  const { db, vault } = desk;

  const show = async (response: Response, ticket: Ticket, form: Form) => {
    const [thread, report] = await sendTogether([
      readThread(db, vault, ticket.id),
      readReport(db, vault, ticket.id),
    ]);
    const messages = tellStory(thread, report).filter(
      (item): item is StoryMessage => item.type === "message" && item.kind === "from_user",
    );
    response.render("tickets/split.njk", { ticket, form, messages, possible: ticket.message_count > 1 });
  };

  page.get("/tickets/:id/split", async (request, response) => {
    await show(response, await askedTicket(desk, request), newForm());
  });

  page.post("/tickets/:id/split", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const form = readForm(SplitForm, request.body);
    if (!form.ok) return await show(response.status(422), ticket, form);

    const split = await splitMessages(db, vault, {
      ticketId: ticket.id,
      messageIds: form.values.messages,
      staffId: signedIn(request).id,
    });
    if (!split.ok) {
      return await show(
        response.status(422),
        ticket,
        withError(form.values, "messages", refusals[split.reason]),
      );
    }
    request.session.notice = `This is the new ticket. The rest stays on ticket ${ticket.id}.`;
    response.redirect(303, `/tickets/${split.ticketId}`);
  });

  return page;
}

const refusals: Record<SplitRefusal, string> = {
  "none chosen": "Choose one message or more",
  "not there": "A message is not on the ticket any more: look at the list again",
  "nothing left": "These are all its messages: leave one of them here",
  "not from a user": "Only what a user wrote becomes a ticket of its own",
  "several people":
    "These are of different people, and an answer goes to one: make a ticket for each of them",
};
