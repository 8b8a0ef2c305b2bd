import { type Request, type Response, Router } from "express";
import { sendTogether } from "../database.ts";
import { neutralSubject } from "../outbox/queue-mail.ts";
import { recipientOf } from "../outbox/recipient.ts";
import { findWayOut, type WayOut } from "../outbox/way-out.ts";
import { findUnfilled } from "../reply-templates/fill-template.ts";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { type Form, newForm, readForm, withError } from "../web/forms.ts";
import { type AnswerAddress, answerAddresses, answerableHere } from "./answer-addresses.ts";
import { askedTicket } from "./asked-ticket.ts";
import { chooseRecipient } from "./change-person.ts";
import { type Draft, dropDraft, readDraft, saveDraft } from "./drafts.ts";
import { findTicket, type Ticket } from "./find.ts";
import { insertAnswer } from "./insert-answer.ts";
import { mergedInto } from "./merged-into.ts";
import { type OfferedGroup, offeredAnswers } from "./offered-answers.ts";
import { readReport } from "./read-report.ts";
import { answerSubject } from "./reply.ts";
import { ReplyForm, type ReplyValues, refusalOf } from "./reply-form.ts";
import { secondsToTakeBack, sendAnswer } from "./send-answer.ts";
import { type StoryMessage, tellStory } from "./tell-story.ts";
import { readThread } from "./thread.ts";
import { startWriting, stopWriting } from "./writing.ts";

type Shown = {
  form: Form;
  status?: number;
  preview?: string;
  /** The newest message that the writer has seen; those after it are shown. */
  seen?: string;
  draft?: Draft | null;
  mergedFrom?: string;
  inserted?: boolean;
  /** The answer goes to the address that was chosen a moment ago. */
  chosen?: boolean;
  /** Somebody else is answered now than when the form was opened. */
  elsewhere?: boolean;
};
type Asked = {
  ticket: Ticket;
  wayOut: WayOut;
  mergedFrom: string | undefined;
  /** Somebody has to choose first which of these is answered; null: that is clear. */
  choices: AnswerAddress[] | null;
};

/** /tickets/:id/reply: the answer, its template answers, its draft, its preview, and how it will leave. */
export function replyPage(desk: Desk): Router {
  const page = Router();
  const { db, vault, config } = desk;

  /** What was merged away is answered where everything of it stands. */
  const asked = async (request: Request): Promise<Asked> => {
    const named = await askedTicket(desk, request);
    const ticket = named.merged_into ? await findTicket(db, vault, await mergedInto(db, named.id)) : named;
    if (!ticket) throw new Error("The ticket that took this one in disappeared");
    const wayOut = await findWayOut(db, vault, await recipientOf(db, vault, ticket.id));
    const choices = ticket.recipient_open
      ? answerableHere(await answerAddresses(db, vault, ticket.id))
      : null;
    return { ticket, wayOut, mergedFrom: ticket === named ? undefined : named.id, choices };
  };

  const readMessages = async (ticketId: string) => {
    const [thread, report] = await sendTogether([
      readThread(db, vault, ticketId),
      readReport(db, vault, ticketId),
    ]);
    return tellStory(thread, report).filter((item): item is StoryMessage => item.type === "message");
  };

  const show = async (
    request: Request,
    response: Response,
    { ticket, wayOut, choices }: Asked,
    shown: Shown,
  ) => {
    const me = signedIn(request);
    const { values } = shown.form;
    const [messages, offered, writer] = await sendTogether([
      readMessages(ticket.id),
      offeredAnswers(db, ticket, typeof values.words === "string" ? values.words : ""),
      wayOut.kind === "none" ? null : startWriting(db, ticket.id, me.id),
    ]);
    response.status(shown.status ?? 200).render("tickets/reply.njk", {
      ...shown,
      ticket,
      addresses: choices,
      choiceOptions: choices?.map(optionOf),
      sameReportId: messages.some(({ marks }) => marks.includes("same report id")),
      wayOut,
      form: {
        ...shown.form,
        values: { ...values, used: [values.used ?? []].flat(), seen_message_id: messages.at(-1)?.id ?? "0" },
      },
      preview: shown.preview === undefined ? null : findUnfilled(shown.preview),
      missed: missedOf(messages, shown, me.id),
      last: messages.findLast(({ kind }) => kind === "from_user"),
      subject: wayOut.kind === "clear" ? neutralSubject : answerSubject(ticket.subject),
      neutralSubject,
      deskAddress: config.DESK_ADDRESS,
      offered,
      outOfDateSince: shown.inserted ? sinceWhen(offered, values.template) : null,
      writer,
    });
  };

  page.get("/tickets/:id/reply", async (request, response) => {
    const found = await asked(request);
    if (found.mergedFrom) return response.redirect(303, `/tickets/${found.ticket.id}/reply`);
    const draft = await readDraft(db, vault, found.ticket.id, signedIn(request).id);
    await show(request, response, found, { form: newForm({ text: draft?.text }), draft });
  });

  page.post("/tickets/:id/reply", async (request, response) => {
    let found = await asked(request);
    const { ticket, mergedFrom } = found;
    const staffId = signedIn(request).id;
    const form = readForm(ReplyForm, request.body);
    if (!form.ok) return await show(request, response, found, { form, status: 422 });
    if (mergedFrom) return await show(request, response, found, { form, status: 409, mergedFrom });

    const { text, act, used } = form.values;
    const leaves = act === "send" || act === "ask";
    const chosen = leaves && found.choices !== null;
    if (chosen && found.choices) {
      const problem = await choose(found.choices, ticket.id, staffId, form.values.answer_to);
      if (problem) {
        const refused = withError(form.values, "answer_to", problem);
        const seen = form.values.seen_message_id;
        return await show(request, response, found, { form: refused, status: 422, seen });
      }
      found = await asked(request);
    } else if (leaves && isElsewhere(form.values, found)) {
      return await show(request, response, found, { form, status: 409, elsewhere: true });
    }
    if (act === "find") return await show(request, response, found, { form });
    if (act === "insert") return await insert(request, response, found, form.values);
    if (act === "ask") {
      await saveDraft(db, vault, { ticketId: ticket.id, staffId, text });
      return response.redirect(303, `/tickets/${ticket.id}/clear-text`);
    }
    if (act === "save" || act === "discard") {
      await (act === "save"
        ? saveDraft(db, vault, { ticketId: ticket.id, staffId, text })
        : dropDraft(db, ticket.id, staffId));
      await stopWriting(db, ticket.id, staffId);
      const kept = act === "save" && text.trim() !== "";
      request.session.notice = kept
        ? "Your draft is kept for 7 days, for you alone."
        : "There is no draft any more.";
      return response.redirect(303, `/tickets/${ticket.id}`);
    }
    const seen = form.values.seen_message_id;
    if (act === "preview") {
      await saveDraft(db, vault, { ticketId: ticket.id, staffId, text });
      return await show(request, response, found, { form, preview: text, seen });
    }

    const refusal = refusalOf(form.values, found.wayOut);
    if (refusal) {
      const refused = withError(form.values, refusal.field, refusal.message);
      return await show(request, response, found, { form: refused, status: 422, seen, chosen });
    }
    const clearAgreed = form.values.clear_agreed === "yes";
    const useKey = found.wayOut.kind === "confirm" ? found.wayOut.candidate.id : null;
    const answer = { ticketId: ticket.id, staffId, text, clearAgreed, useKey, seenMessageId: seen };
    const result = await sendAnswer(desk, answer, used);
    if (result === "changed") return await show(request, response, found, { form, status: 409, seen });
    if (result !== "queued") {
      const refused = withError(form.values, "form", result.message);
      return await show(request, response, found, { form: refused, status: 422, seen });
    }
    request.session.notice = `The answer is in the outbox and leaves in ${secondsToTakeBack} seconds. Until then you can take it back.`;
    response.redirect(303, `/tickets/${ticket.id}`);
  });

  /** Null: it is chosen. */
  const choose = async (
    choices: AnswerAddress[],
    ticketId: string,
    staffId: string,
    value: string | undefined,
  ): Promise<string | null> => {
    if (!value) return "Choose where this answer goes";
    const choice = choices.find((one) => one.value === value);
    if (!choice) return "This address is offered no more: choose again";
    const { address, places } = choice;
    const place = places.join(", ");
    const done = await chooseRecipient(db, vault, { ticketId, staffId, address, place });
    return done ? null : "Somebody else chose a moment ago: look at who is answered now";
  };

  const insert = async (request: Request, response: Response, found: Asked, values: ReplyValues) => {
    const { template, text, used, seen_message_id: seen } = values;
    const messages = await readMessages(found.ticket.id);
    const me = signedIn(request).name;
    const filled = await insertAnswer(desk, found.ticket, {
      templateId: template,
      typed: text,
      messages,
      me,
    });
    if (filled === null) {
      const form = withError(values, "template", "Choose a template answer that is still there");
      return await show(request, response, found, { form, status: 422, seen });
    }
    const form = newForm({ ...values, text: filled, used: [...new Set([...used, template])].slice(-20) });
    await show(request, response, found, { form, inserted: true, seen });
  };

  return page;
}

function optionOf({ value, masked, name, places }: AnswerAddress): [string, string, string] {
  return [value, masked, [places.join(", "), name].filter(Boolean).join(": ")];
}

/** A colleague chose another address, or another person, while the form was open. */
function isElsewhere({ person, answer_to }: ReplyValues, { wayOut }: Asked): boolean {
  return answer_to !== undefined || (person !== undefined && person !== (wayOut.person_id ?? ""));
}

/** Since when the source of the chosen answer says something else than the text that was put in. */
function sinceWhen(offered: OfferedGroup[], template: unknown): Date | null {
  const options = offered.flatMap((group) => group.options);
  return options.find(({ id }) => id === template)?.out_of_date_since ?? null;
}

/** What others wrote since the form was opened, or since the draft was saved. */
function missedOf(messages: StoryMessage[], { seen, draft }: Shown, me: string): StoryMessage[] {
  if (seen !== undefined) return messages.filter(({ id }) => BigInt(id) > BigInt(seen));
  if (!draft) return [];
  return messages.filter(({ created_at, staff_id }) => created_at > draft.saved_at && staff_id !== me);
}
