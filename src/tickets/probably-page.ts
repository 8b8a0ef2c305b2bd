import { Router } from "express";
import { z } from "zod";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { readForm } from "../web/forms.ts";
import { askedTicket } from "./asked-ticket.ts";
import { changeTickets } from "./change-tickets.ts";
import { mergeTickets } from "./merge.ts";
import { findRelated } from "./related.ts";

const ProbablyForm = z.object({ other: z.string().max(20), act: z.enum(["join", "dismiss"]) });

/** POST /tickets/:id/probably: joins a ticket with the one to which it probably belongs, or says that it does not. */
export function probablyPage(desk: Desk): Router {
  const page = Router();
  const { db, vault } = desk;

  page.post("/tickets/:id/probably", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const staffId = signedIn(request).id;
    const form = readForm(ProbablyForm, request.body);
    const [offered] = (await findRelated(db, vault, ticket)).probably.tickets;
    const tell = (notice: string, ticketId = ticket.id) => {
      request.session.notice = notice;
      response.redirect(303, `/tickets/${ticketId}`);
    };
    if (!form.ok || !offered || offered.id !== form.values.other)
      return tell(
        "This was decided, or changed, a moment ago. Nothing was done: look at the ticket as it is now.",
      );

    if (form.values.act === "dismiss") {
      const detail = { ticket: offered.id };
      await changeTickets(db, [ticket.id], {
        staffId,
        action: "not_joined",
        set: { probably_of: null },
        detail,
      });
      return tell(`The ticket stays apart from #${offered.id}.`);
    }
    const merged = await mergeTickets(db, { sourceId: ticket.id, targetId: offered.id, staffId });
    if (!merged.ok)
      return tell("The two could not be joined: one of them was changed a moment ago. Nothing was done.");
    tell(`Everything of ticket ${ticket.id} stands here now. It can be taken apart again.`, offered.id);
  });

  return page;
}
