import { Router } from "express";
import { z } from "zod";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { readForm } from "../web/forms.ts";
import { isId } from "../web/is-id.ts";
import { countWaiting } from "./count-waiting.ts";
import { isLate } from "./is-late.ts";
import { listTickets } from "./list.ts";
import { readRecent } from "./recent.ts";
import { takeOldest } from "./take-oldest.ts";
import { eventWords } from "./words.ts";

const mostShown = 20;
const OldestForm = z.object({ queue: z.string().refine(isId).nullable().catch(null) });

/** GET /: the shift, what waits for us, oldest first; POST /take-the-oldest. */
export function startPage({ db, vault }: Desk): Router {
  const page = Router();

  page.get("/", async (_request, response) => {
    const filter = { status: "our_turn", queueId: null, ownerId: null } as const;
    const [{ tickets }, waiting, recent] = await Promise.all([
      listTickets(db, vault, filter, null),
      countWaiting(db),
      readRecent(db, vault, 8),
    ]);
    response.render("tickets/start.njk", {
      tickets: tickets.slice(0, mostShown).map((ticket) => ({ ...ticket, late: isLate(ticket) })),
      more: tickets.length > mostShown,
      waiting,
      recent: recent.map((act) => ({ ...act, words: eventWords(act) })),
    });
  });

  page.post("/take-the-oldest", async (request, response) => {
    const form = readForm(OldestForm, request.body);
    const ticketId = await takeOldest(db, signedIn(request).id, form.ok ? form.values.queue : null);
    if (!ticketId) request.session.notice = "Nothing waits without an owner.";
    response.redirect(303, ticketId ? `/tickets/${ticketId}` : "/");
  });

  return page;
}
