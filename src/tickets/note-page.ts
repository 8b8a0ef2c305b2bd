import { Router } from "express";
import { z } from "zod";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { newForm, readForm } from "../web/forms.ts";
import { askedTicket } from "./asked-ticket.ts";
import { addNote } from "./note.ts";

const NoteForm = z.object({
  text: z.string().trim().min(1, "Write a note").max(100_000, "A note has 100,000 characters at most"),
});

/** /tickets/:id/note: an internal note, which never leaves the desk. */
export function notePage(desk: Desk): Router {
  const page = Router();
  const { db, vault } = desk;

  page.get("/tickets/:id/note", async (request, response) => {
    response.render("tickets/note.njk", { ticket: await askedTicket(desk, request), form: newForm() });
  });

  page.post("/tickets/:id/note", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const form = readForm(NoteForm, request.body);
    if (!form.ok) return response.status(422).render("tickets/note.njk", { ticket, form });
    await addNote(db, vault, { ticketId: ticket.id, staffId: signedIn(request).id, text: form.values.text });
    request.session.notice = "The note is on the ticket.";
    response.redirect(303, `/tickets/${ticket.id}`);
  });

  return page;
}
