import { Router } from "express";
import { z } from "zod";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { newForm, readForm, withError } from "../web/forms.ts";
import { askedTicket } from "./asked-ticket.ts";
import { snoozeTicket } from "./snooze.ts";

const SnoozeForm = z
  .object({
    for: z.enum(["1", "3", "7", "30", "date"], "Choose for how long"),
    date: z.string().trim().catch(""),
  })
  .refine((form) => form.for === "date" || form.date === "", {
    path: ["date"],
    message: "Choose “Until a date” above too, or leave the date empty",
  })
  .refine((form) => form.for !== "date" || startOf(form.date) !== null, {
    path: ["date"],
    message: "Write a date, such as 2027-03-31",
  });

/** /tickets/:id/snooze: put away until a day; then it is our turn again by itself. */
export function snoozePage(desk: Desk): Router {
  const page = Router();

  page.get("/tickets/:id/snooze", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    response.render("tickets/snooze.njk", { ticket, form: newForm({ for: "3" }) });
  });

  page.post("/tickets/:id/snooze", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const form = readForm(SnoozeForm, request.body);
    if (!form.ok) return response.status(422).render("tickets/snooze.njk", { ticket, form });

    const snoozed = await snoozeTicket(desk.db, ticket.id, signedIn(request).id, endOf(form.values));
    if (!snoozed.ok && snoozed.reason !== "not changed") {
      const message = refusals[snoozed.reason];
      return response
        .status(422)
        .render("tickets/snooze.njk", { ticket, form: withError(form.values, "date", message) });
    }
    request.session.notice = snoozed.ok ? "The ticket is put away until then." : "Nothing was changed.";
    response.redirect(303, `/tickets/${ticket.id}`);
  });

  return page;
}

const refusals = {
  "in the past": "This day has begun already. Choose a later one",
  "too far away": "A ticket is put away for a year at most",
};

function endOf(form: z.infer<typeof SnoozeForm>): Date {
  const date =
    form.for === "date" ? startOf(form.date) : new Date(Date.now() + Number(form.for) * 86_400_000);
  if (!date) throw new Error("The form let a date pass that is none");
  return date;
}

/** When a day begins, UTC; null for what is no day, such as 2027-02-30. */
function startOf(day: string): Date | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return null;
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day) ? date : null;
}
