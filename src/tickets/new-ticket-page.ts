import { type Response, Router } from "express";
import { z } from "zod";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { type Form, newForm, readForm, withError } from "../web/forms.ts";
import { isId } from "../web/is-id.ts";
import { openByHand } from "./open-by-hand.ts";
import { findQueue, listQueues } from "./queues.ts";
import { typedAddress } from "./typed-address.ts";

const NewTicketForm = z.object({
  channel: z.enum(["phone", "chat", "in_person"], "Choose how the person reached us"),
  queue: z.string().refine(isId, "Choose a queue"),
  subject: z
    .string()
    .trim()
    .min(1, "Write in a few words what it is about")
    .max(200, "A subject has 200 characters at most")
    .regex(/^\P{Cc}*$/u, "A subject is one line"),
  text: z
    .string()
    .trim()
    .min(1, "Write what the person said")
    .max(100_000, "A text has 100,000 characters at most"),
  address: typedAddress.refine(
    (address) => address !== null,
    "Write an address such as claire@example.org, or nothing",
  ),
});

/** /tickets/new: for somebody who called, chatted or came by. */
export function newTicketPage({ db, vault }: Desk): Router {
  const page = Router();

  const show = async (response: Response, form: Form) => {
    const queues = (await listQueues(db)).map(({ id, name }) => [id, name]);
    response.render("tickets/new.njk", { form, queues });
  };

  page.get("/tickets/new", async (request, response) => {
    const mine = signedIn(request).languages;
    const queue = (await listQueues(db)).find(({ language }) => language !== null && mine.includes(language));
    await show(response, newForm({ channel: "phone", queue: queue?.id }));
  });

  page.post("/tickets/new", async (request, response) => {
    const form = readForm(NewTicketForm, request.body);
    if (!form.ok) return await show(response.status(422), form);
    const { channel, subject, text, address } = form.values;
    const queue = await findQueue(db, form.values.queue);
    if (!queue) {
      const message = "There is no such queue any more";
      return await show(response.status(422), withError(form.values, "queue", message));
    }
    const told = {
      channel,
      subject,
      text,
      language: queue.language,
      queueId: queue.id,
      address: address || null,
    };
    const ticketId = await openByHand(db, vault, { ...told, staffId: signedIn(request).id });
    request.session.notice = "The ticket is open.";
    response.redirect(303, `/tickets/${ticketId}`);
  });

  return page;
}
