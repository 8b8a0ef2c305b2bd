import { type Request, type Response, Router } from "express";
import { z } from "zod";
import { CannotLeave, neutralSubject } from "../outbox/queue-mail.ts";
import { recipientOf } from "../outbox/recipient.ts";
import { findWayOut } from "../outbox/way-out.ts";
import { findUnfilled } from "../reply-templates/fill-template.ts";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { type Form, newForm, readForm, withError } from "../web/forms.ts";
import { isId } from "../web/is-id.ts";
import { NotFound } from "../web/not-found.ts";
import { askedTicket } from "./asked-ticket.ts";
import {
  agreeToClearText,
  askForClearText,
  type ClearRequest,
  findClearRequest,
  withdrawClearText,
} from "./clear-requests.ts";
import { dropDraft, readDraft } from "./drafts.ts";
import type { Ticket } from "./find.ts";
import { insertAnswer } from "./insert-answer.ts";
import { tellStory } from "./tell-story.ts";
import { readThread } from "./thread.ts";

const AskForm = z.object({
  text: z
    .string()
    .max(100_000, "An answer has 100,000 characters at most")
    .refine((text) => text.trim() !== "", "Write the answer that is to leave in clear")
    .refine(
      (text) => findUnfilled(text).names.length === 0,
      "Fill in what stands in {{braces}} before you ask",
    ),
  reason: z
    .string()
    .trim()
    .min(1, "Say why it has to leave in clear")
    .max(2000, "A reason has 2,000 characters at most"),
});

const AgreeForm = z.object({
  agreed: z.literal("yes", "Tick the box when you have read the text and agree"),
  seen_message_id: z
    .string()
    .refine((id) => id === "0" || isId(id), "Open this page again from the ticket")
    .catch("0"),
});

/** /tickets/:id/clear-text: asks a second person; …/:requestId: who agrees, and then it leaves; …/withdraw takes it back. */
export function clearTextPage(desk: Desk): Router {
  const page = Router();
  const { db, vault, config } = desk;

  const showAsk = async (response: Response, ticket: Ticket, form: Form, status = 200) => {
    const wayOut = await findWayOut(db, vault, await recipientOf(db, vault, ticket.id));
    const { DESK_ADDRESS: deskAddress } = config;
    response
      .status(status)
      .render("tickets/clear-text.njk", { ticket, wayOut, form, neutralSubject, deskAddress });
  };

  page.get("/tickets/:id/clear-text", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    if (ticket.merged_into) return response.redirect(303, `/tickets/${ticket.merged_into}/clear-text`);
    if (ticket.recipient_open) return response.redirect(303, `/tickets/${ticket.id}/reply`);
    const me = signedIn(request);
    const draft = await readDraft(db, vault, ticket.id, me.id);
    const template = await templateOf(desk, ticket, request.query.answer, me.name);
    await showAsk(response, ticket, newForm({ text: template ?? draft?.text ?? "" }));
  });

  page.post("/tickets/:id/clear-text", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const form = readForm(AskForm, request.body);
    if (!form.ok) return await showAsk(response, ticket, form, 422);
    const staffId = signedIn(request).id;
    const id = await askForClearText(db, vault, { ticketId: ticket.id, staffId, ...form.values });
    if (!id) {
      const message =
        "Nobody is answered on this ticket: it was merged, the person gave no address, or somebody has to choose first who is answered";
      return await showAsk(response, ticket, withError(form.values, "form", message), 422);
    }
    await dropDraft(db, ticket.id, staffId);
    request.session.notice = "Another one of the staff has to agree now. It leaves as soon as they do.";
    response.redirect(303, `/tickets/${ticket.id}`);
  });

  const askedRequest = async (request: Request) => {
    const ticket = await askedTicket(desk, request);
    const asked = await findClearRequest(db, vault, String(request.params.requestId));
    if (!asked || asked.ticket_id !== ticket.id) throw new NotFound("No such request");
    return { ticket, asked };
  };
  const show = async (
    request: Request,
    response: Response,
    { ticket, asked }: { ticket: Ticket; asked: ClearRequest },
    form: Form,
    status = 200,
  ) => {
    const thread = await readThread(db, vault, ticket.id);
    const messages = tellStory(thread, null).filter((item) => item.type === "message");
    const recipient = await findWayOut(db, vault, await recipientOf(db, vault, ticket.id));
    response.status(status).render("tickets/clear-request.njk", {
      ticket,
      request: asked,
      isMine: asked.requested_by === signedIn(request).id,
      to: recipient.to,
      newer: messages.filter(({ created_at }) => created_at > asked.requested_at),
      form: { ...form, values: { ...form.values, seen_message_id: messages.at(-1)?.id ?? "0" } },
      neutralSubject,
    });
  };

  page.get("/tickets/:id/clear-text/:requestId", async (request, response) => {
    await show(request, response, await askedRequest(request), newForm());
  });

  page.post("/tickets/:id/clear-text/:requestId", async (request, response) => {
    const asked = await askedRequest(request);
    const form = readForm(AgreeForm, request.body);
    if (!form.ok) return await show(request, response, asked, form, 422);
    const result = await agree(desk, asked.asked.id, signedIn(request).id, form.values.seen_message_id);
    if (result !== "queued") {
      const refused = withError({ ...form.values, agreed: "" }, "form", refusals[result] ?? result);
      const status = result === "changed" ? 409 : 422;
      return await show(request, response, await askedRequest(request), refused, status);
    }
    request.session.notice = `The answer of ${asked.asked.requested_by_name} is in the outbox and leaves in clear in 20 seconds. Until then it can be withdrawn.`;
    response.redirect(303, `/tickets/${asked.ticket.id}/clear-text/${asked.asked.id}`);
  });

  page.post("/tickets/:id/clear-text/:requestId/withdraw", async (request, response) => {
    const { ticket, asked } = await askedRequest(request);
    const withdrawn = await withdrawClearText(db, asked.id, signedIn(request).id);
    request.session.notice = withdrawn
      ? "It is withdrawn: what has not left yet does not leave."
      : "It was withdrawn before.";
    response.redirect(303, `/tickets/${ticket.id}`);
  });

  return page;
}

const refusals: Record<string, string> = {
  "same person": "You asked for it yourself: another one of the staff has to agree",
  "not open": "There is nothing to agree to any more: it was agreed, withdrawn, or its seven days are over",
  changed: "Somebody wrote on this ticket since you opened the page: read that first, and agree then",
};

async function agree(
  { db, vault }: Desk,
  requestId: string,
  staffId: string,
  seenMessageId: string,
): Promise<string> {
  try {
    return await agreeToClearText(db, vault, { requestId, staffId, seenMessageId });
  } catch (error) {
    if (error instanceof CannotLeave) return error.message;
    throw error;
  }
}

/** The ready answer of this name, such as the one that asks for a key; null: the desk has none. */
async function templateOf(desk: Desk, ticket: Ticket, slug: unknown, me: string): Promise<string | null> {
  if (typeof slug !== "string") return null;
  const template = await desk.db("reply_templates").where({ slug }).whereNull("retired_at").first("id");
  if (!template) return null;
  return await insertAnswer(desk, ticket, { templateId: template.id, typed: "", messages: [], me });
}
