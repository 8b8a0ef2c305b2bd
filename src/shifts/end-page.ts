import { Router } from "express";
import { z } from "zod";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { newForm, readForm, withError } from "../web/forms.ts";
import { currentShift, endShift, lastHandovers, startShift } from "./shift.ts";

const NoteForm = z.object({
  note: z
    .string()
    .refine((text) => text.trim() !== "", "Write what the next shift must know; “Nothing special” is enough")
    .max(10_000, "A note has 10,000 characters at most"),
});
const mostNotes = 30;

/** POST /shift/start, GET and POST /shift/end with the handover note, GET /shift/notes: the notes of the last shifts. */
export function endPage({ db, vault }: Desk): Router {
  const page = Router();

  page.post("/shift/start", async (request, response) => {
    await startShift(db, signedIn(request).id);
    request.session.notice = "Your shift has begun.";
    response.redirect(303, "/");
  });

  page.get("/shift/end", async (request, response) => {
    const shift = await currentShift(db, signedIn(request).id);
    response.render("shifts/end.njk", { shift, form: newForm() });
  });

  page.post("/shift/end", async (request, response) => {
    const me = signedIn(request);
    const form = readForm(NoteForm, request.body);
    if (!form.ok) {
      const shift = await currentShift(db, me.id);
      return response.status(422).render("shifts/end.njk", { shift, form });
    }
    const ended = await endShift(db, vault, me.id, form.values.note);
    if (!ended.ok) {
      const message = "You are in no shift: it ended in another window. Your note is still here.";
      return response
        .status(409)
        .render("shifts/end.njk", { shift: null, form: withError(form.values, "form", message) });
    }
    request.session.notice = "Your shift has ended, and your note is handed over. Thank you.";
    response.redirect(303, "/");
  });

  page.get("/shift/notes", async (_request, response) => {
    response.render("shifts/notes.njk", { notes: await lastHandovers(db, vault, mostNotes) });
  });

  return page;
}
