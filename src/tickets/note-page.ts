import { type Response, Router } from "express";
import { z } from "zod";
import { listStaff } from "../staff/staff.ts";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { type Form, newForm, readForm, withError } from "../web/forms.ts";
import { askedTicket } from "./asked-ticket.ts";
import type { Ticket } from "./find.ts";
import { namesOfNobody } from "./mentions.ts";
import { mergedInto } from "./merged-into.ts";
import { addNote } from "./note.ts";

const NoteForm = z.object({
  text: z.string().trim().min(1, "Write a note").max(100_000, "A note has 100,000 characters at most"),
  /** Names of nobody that the writer was told about: saved again, they are only words. */
  plain: z.string().default(""),
});

/** /tickets/:id/note: an internal note, which never leaves the desk; @name calls somebody. */
export function notePage(desk: Desk): Router {
  const page = Router();
  const { db, vault } = desk;

  const show = async (response: Response, ticket: Ticket, form: Form) => {
    const names = (await listStaff(db)).flatMap(({ name, disabled_at }) => (disabled_at ? [] : [`@${name}`]));
    response.render("tickets/note.njk", { ticket, form, names: names.slice(0, 30).join(", ") });
  };

  page.get("/tickets/:id/note", async (request, response) => {
    await show(response, await askedTicket(desk, request), newForm());
  });

  page.post("/tickets/:id/note", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const form = readForm(NoteForm, request.body);
    if (!form.ok) return await show(response.status(422), ticket, form);
    const unknown = await namesOfNobody(db, form.values.text);
    const told = form.values.plain.split(",");
    if (unknown.some((name) => !told.includes(name))) {
      const values = { ...form.values, plain: unknown.join(",") };
      return await show(response.status(422), ticket, withError(values, "text", wordsFor(unknown)));
    }
    const ticketId = await mergedInto(db, ticket.id);
    await addNote(db, vault, { ticketId, staffId: signedIn(request).id, text: form.values.text });
    request.session.notice =
      ticketId === ticket.id
        ? "The note is on the ticket."
        : "The note is on this ticket, into which the other was merged.";
    response.redirect(303, `/tickets/${ticketId}`);
  });

  return page;
}

function wordsFor(names: string[]): string {
  const called = names.slice(0, 5).map((name) => `@${name}`);
  const more = names.length > called.length ? " and others" : "";
  return `Nobody who works here is called ${called.join(", ")}${more}. Correct it, or save again to keep it as plain words`;
}
