import { type Response, Router } from "express";
import { z } from "zod";
import { sendTogether } from "../database.ts";
import { listStaff } from "../staff/staff.ts";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { moment } from "../web/format.ts";
import { type Form, listOf, newForm, readForm, withError } from "../web/forms.ts";
import { askedTicket } from "./asked-ticket.ts";
import type { Ticket } from "./find.ts";
import { type Forwarded, forwardInside } from "./forward-inside.ts";
import { readReport } from "./read-report.ts";
import { type StoryMessage, tellStory } from "./tell-story.ts";
import { readThread } from "./thread.ts";

const ForwardForm = z.object({
  message: z.string("Choose the message"),
  to: listOf(z.string()),
  note: z.string().max(100_000, "A note has 100,000 characters at most"),
});

/** /tickets/:id/forward: brings a message before colleagues, inside the desk. `?message=` chooses one. */
export function forwardPage(desk: Desk): Router {
  const page = Router();
  const { db, vault } = desk;

  const show = async (response: Response, ticket: Ticket, form: Form, mine: string) => {
    const [messages, staff] = await sendTogether([readMessages(ticket.id), listStaff(db)]);
    const newest = messages.findLast(({ kind }) => kind === "from_user") ?? messages.at(-1);
    response.render("tickets/forward.njk", {
      ticket,
      form: { ...form, values: { message: newest?.id, ...form.values } },
      messages: messages.toReversed().map((message) => [message.id, wordsOf(message)]),
      colleagues: staff
        .filter(({ id, disabled_at }) => !disabled_at && id !== mine)
        .map(({ id, name }) => [id, name]),
    });
  };
  const readMessages = async (ticketId: string) => {
    const [thread, report] = await sendTogether([
      readThread(db, vault, ticketId),
      readReport(db, vault, ticketId),
    ]);
    return tellStory(thread, report).filter((item) => item.type === "message");
  };

  page.get("/tickets/:id/forward", async (request, response) => {
    const { message } = request.query;
    const chosen = typeof message === "string" ? { message } : {};
    await show(response, await askedTicket(desk, request), newForm(chosen), signedIn(request).id);
  });

  page.post("/tickets/:id/forward", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const staffId = signedIn(request).id;
    const form = readForm(ForwardForm, request.body);
    if (!form.ok) return await show(response.status(422), ticket, form, staffId);

    const { message: messageId, to: toStaffIds, note } = form.values;
    const given = { ticketId: ticket.id, staffId, messageId, toStaffIds, note };
    const result = await forwardInside(db, vault, given);
    if (!result.ok) {
      const [field, words] = refusals[result.reason];
      return await show(response.status(422), ticket, withError(form.values, field, words), staffId);
    }
    request.session.notice = "It stands in their mentions. The owner is the same as before.";
    response.redirect(303, `/tickets/${ticket.id}#message-${result.noteId}`);
  });

  return page;
}

function wordsOf({ kind, author, created_at }: StoryMessage): string {
  const what = { note: "note, ", answer: "our answer, ", from_user: "", bounce: "", acknowledgement: "" }[
    kind
  ];
  return `${author}, ${what}${moment(created_at)}`;
}

type Refusal = Extract<Forwarded, { ok: false }>["reason"];
const refusals: Record<Refusal, [field: string, words: string]> = {
  "to nobody": ["to", "Choose one colleague or more"],
  "nobody of that name": ["to", "Somebody of these does not work here any more: choose again"],
  "no such message": ["message", "This message is not on the ticket any more: choose another one"],
  merged: ["form", "This ticket was merged: forward it from the one on which everything stands"],
};
