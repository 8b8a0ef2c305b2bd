import { type Request, type Response, Router } from "express";
import { z } from "zod";
import { sendTogether } from "../database.ts";
import { signedIn } from "../staff/staff-session.ts";
import { waitingClearRequests } from "../tickets/clear-requests.ts";
import { decideAboutAnswer } from "../tickets/decide-about-answer.ts";
import type { Desk } from "../web/desk.ts";
import { type Form, newForm, readForm } from "../web/forms.ts";
import { isId } from "../web/is-id.ts";
import { NotFound } from "../web/not-found.ts";
import { pageLinks, readCursor } from "../web/paging.ts";
import { findTroubled, listTroubled, listWaiting, type OutboxMail } from "./list-mails.ts";

const DecisionForm = z.object({
  decision: z.enum(["send again", "count as sent", "give up"], "Choose what becomes of this answer"),
});

/** GET /outbox: answers in trouble and those that wait; /outbox/:id/decide: what becomes of one in trouble. */
export function outboxPage({ db, vault }: Desk): Router {
  const page = Router();

  const find = async (request: Request) => {
    const { id } = request.params;
    const exists = isId(id) && (await db("outbox_mails").where({ id }).first("id"));
    if (!exists) throw new NotFound("No such answer");
    return await findTroubled(db, vault, String(id));
  };
  const showDecision = (response: Response, mail: OutboxMail, form: Form, status = 200) =>
    response
      .status(status)
      .render("outbox/decide.njk", { mail: { ...mail, trouble: troubleOf(mail) }, form });

  page.get("/outbox", async (request, response) => {
    const current = readCursor(request.query.after);
    const [{ mails, next }, waiting, clearRequests] = await sendTogether([
      listTroubled(db, vault, current),
      listWaiting(db, vault),
      waitingClearRequests(db, vault),
    ]);
    response.render("outbox/outbox.njk", {
      troubled: mails.map((mail) => ({ ...mail, trouble: troubleOf(mail) })),
      waiting,
      clearRequests,
      links: pageLinks("/outbox", {}, { current, next }),
    });
  });

  page.get("/outbox/:id/decide", async (request, response) => {
    const mail = await find(request);
    if (!mail) return decidedAlready(request, response);
    showDecision(response, mail, newForm());
  });

  page.post("/outbox/:id/decide", async (request, response) => {
    const mail = await find(request);
    if (!mail) return decidedAlready(request, response);
    const form = readForm(DecisionForm, request.body);
    if (!form.ok) return showDecision(response, mail, form, 422);
    const { decision } = form.values;
    const ticketId = await decideAboutAnswer(db, mail.id, signedIn(request).id, decision);
    if (!ticketId) return decidedAlready(request, response);
    request.session.notice = notices[decision];
    response.redirect(303, `/tickets/${ticketId}`);
  });

  return page;
}

function decidedAlready(request: Request, response: Response): void {
  request.session.notice = "There is nothing to decide about this answer any more.";
  response.redirect(303, "/outbox");
}

const notices = {
  "send again": "The answer is in the outbox again.",
  "count as sent": "The answer counts as sent.",
  "give up": "The answer will not be sent. It is our turn again.",
};

/** What happened, in one word for the views; one that came back was accepted before. */
function troubleOf(mail: OutboxMail): "failed" | "unknown" | "bounced" {
  if (mail.state === "failed" || mail.state === "unknown") return mail.state;
  return "bounced";
}
