import { type Response, Router } from "express";
import { z } from "zod";
import { sendTogether } from "../database.ts";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { type Form, newForm, readForm, withError } from "../web/forms.ts";
import { askedTicket } from "./asked-ticket.ts";
import { findTicket, type Ticket } from "./find.ts";
import { findPerson } from "./find-person.ts";
import { type MergeRefusal, mergeTickets } from "./merge.ts";
import { ticketNumber } from "./ticket-number.ts";
import { statusWords } from "./words.ts";

const MergeForm = z.object({
  other: z
    .string()
    .max(2000, "This is too long for a number or an address")
    .refine(
      (typed) => ticketNumber(typed) !== null,
      "Write the number of a ticket, such as 412, or the address of its page",
    ),
  into: z.enum(["other", "this"]).catch("other"),
  two_addresses: z.literal("yes").optional().catch(undefined),
  act: z.enum(["preview", "merge"], "Look at both tickets first"),
});

/** /tickets/:id/merge: everything of one ticket stands on another, after a look at both. */
export function mergePage(desk: Desk): Router {
  const page = Router();
  const { db, vault } = desk;

  const lookAt = async (id: string) => {
    const ticket = await findTicket(db, vault, id);
    if (!ticket) return null;
    const person = await findPerson(db, vault, id);
    return { ...ticket, status_words: statusWords[ticket.status], masked_address: person.masked_address };
  };
  const show = async (response: Response, ticket: Ticket, form: Form, otherId?: string) => {
    const [one, other] = await sendTogether([lookAt(ticket.id), otherId ? lookAt(otherId) : null]);
    const twoPeople = other?.person_id && ticket.person_id && other.person_id !== ticket.person_id;
    response.render("tickets/merge.njk", { ticket, form, both: other && [one, other], twoPeople });
  };

  page.get("/tickets/:id/merge", async (request, response) => {
    await show(response, await askedTicket(desk, request), newForm({ into: "other" }));
  });

  page.post("/tickets/:id/merge", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const form = readForm(MergeForm, request.body);
    if (!form.ok) return await show(response.status(422), ticket, form);

    const { into, two_addresses, act } = form.values;
    const otherId = ticketNumber(form.values.other) ?? "";
    const refuse = async (reason: MergeRefusal) => {
      const field = reason === "two people" ? "two_addresses" : "other";
      const shown = reason === "two people" ? otherId : undefined;
      await show(response.status(422), ticket, withError(form.values, field, refusals[reason]), shown);
    };
    if (otherId === ticket.id) return await refuse("itself");
    if (act === "preview") {
      if (!(await findTicket(db, vault, otherId))) return await refuse("not there");
      return await show(response, ticket, form, otherId);
    }

    const [sourceId, targetId] = into === "other" ? [ticket.id, otherId] : [otherId, ticket.id];
    const twoAddressesAgreed = two_addresses === "yes";
    const merge = { sourceId, targetId, staffId: signedIn(request).id, twoAddressesAgreed };
    const merged = await mergeTickets(db, merge);
    if (!merged.ok) return await refuse(merged.reason);
    request.session.notice = `Everything of ticket ${sourceId} stands here now.`;
    response.redirect(303, `/tickets/${targetId}`);
  });

  return page;
}

const refusals: Record<MergeRefusal, string> = {
  itself: "A ticket is not merged with itself",
  "not there": "There is no ticket with this number",
  "merged already": "One of the two was merged into another ticket already. Take that apart first",
  circle: "That ticket was merged into this one: merging back would make a circle",
  "two people": "They are of two people. Tick the box if answers may go to one of them alone",
};
