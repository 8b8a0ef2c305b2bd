import { type Request, type Response, Router } from "express";
import { z } from "zod";
import { CannotLeave, neutralSubject } from "../outbox/queue-mail.ts";
import { recipientOf } from "../outbox/recipient.ts";
import { findWayOut, type WayOut } from "../outbox/way-out.ts";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { type Form, newForm, readForm, withError } from "../web/forms.ts";
import { isId } from "../web/is-id.ts";
import { askedTicket } from "./asked-ticket.ts";
import type { Ticket } from "./find.ts";
import { findPerson } from "./find-person.ts";
import { readReport } from "./read-report.ts";
import { answerSubject, replyToTicket } from "./reply.ts";
import { type StoryMessage, tellStory } from "./tell-story.ts";
import { readThread } from "./thread.ts";

const ReplyForm = z.object({
  text: z
    .string()
    .max(100_000, "An answer has 100,000 characters at most")
    .refine((text) => text.trim() !== "", "Write an answer"),
  act: z.enum(["preview", "send"], "Choose preview or send"),
  clear_agreed: z.literal("yes").optional().catch(undefined),
  seen_message_id: z.string().refine((id) => id === "0" || isId(id), "Open this form again from the ticket"),
});

type Shown = { form: Form; status?: number; preview?: string; seen?: string };

/** /tickets/:id/reply: the answer, its preview, and how it will leave. */
export function replyPage(desk: Desk): Router {
  const page = Router();
  const { db, vault, config } = desk;

  const show = async (request: Request, response: Response, ticket: Ticket, wayOut: WayOut, shown: Shown) => {
    const [thread, report, person] = await Promise.all([
      readThread(db, vault, ticket.id),
      readReport(db, vault, ticket.id),
      findPerson(db, vault, ticket.id),
    ]);
    const messages = tellStory(thread, report).filter(
      (item): item is StoryMessage => item.type === "message",
    );
    const newest = messages.at(-1)?.id ?? "0";
    const missed =
      shown.seen === undefined ? [] : messages.filter(({ id }) => isNewer(id, shown.seen ?? "0"));
    response.status(shown.status ?? 200).render("tickets/reply.njk", {
      ticket,
      wayOut,
      form: { ...shown.form, values: { ...shown.form.values, seen_message_id: newest } },
      preview: shown.preview,
      missed,
      last: messages.findLast(({ kind }) => kind === "from_user"),
      keyCount: person.keys.length,
      subject: wayOut.kind === "clear" ? neutralSubject : answerSubject(ticket.subject),
      neutralSubject,
      deskAddress: config.DESK_ADDRESS,
      writer: signedIn(request).name,
    });
  };

  page.get("/tickets/:id/reply", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const wayOut = await findWayOut(await recipientOf(db, vault, ticket.id));
    await show(request, response, ticket, wayOut, { form: newForm() });
  });

  page.post("/tickets/:id/reply", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const wayOut = await findWayOut(await recipientOf(db, vault, ticket.id));
    const form = readForm(ReplyForm, request.body);
    if (!form.ok) return await show(request, response, ticket, wayOut, { form, status: 422 });

    const { text, act, clear_agreed, seen_message_id: seen } = form.values;
    if (act === "preview")
      return await show(request, response, ticket, wayOut, { form, preview: text, seen });
    const refuse = async (field: string, message: string) =>
      await show(request, response, ticket, wayOut, {
        form: withError(form.values, field, message),
        status: 422,
        seen,
      });
    if (wayOut.kind === "none") return await refuse("form", `This answer cannot leave. ${wayOut.reason}`);
    if (wayOut.kind === "clear" && !clear_agreed) {
      return await refuse("clear_agreed", "Tick the box to send this answer without encryption");
    }

    const answer = { ticketId: ticket.id, text, clearAgreed: clear_agreed === "yes", seenMessageId: seen };
    const result = await send(desk, { ...answer, staffId: signedIn(request).id });
    if (result instanceof CannotLeave) return await refuse("form", result.message);
    if (result === "changed") {
      return await show(request, response, ticket, wayOut, { form, status: 409, seen });
    }
    request.session.notice = "The answer is in the outbox and leaves at once.";
    response.redirect(303, `/tickets/${ticket.id}`);
  });

  return page;
}

/** Between the form and this moment the person may have given a key: then the answer may not leave as it was asked for. */
async function send({ db, vault }: Desk, answer: Parameters<typeof replyToTicket>[2]) {
  try {
    return await replyToTicket(db, vault, answer);
  } catch (error) {
    if (error instanceof CannotLeave) return error;
    throw error;
  }
}

function isNewer(id: string, seen: string): boolean {
  return BigInt(id) > BigInt(seen);
}
