import { Router } from "express";
import { z } from "zod";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { readForm } from "../web/forms.ts";
import { NotFound } from "../web/not-found.ts";
import { address } from "../web/paging.ts";
import { readQuery } from "./read-query.ts";
import { mostSaved, removeSearch, saveSearch } from "./saved-searches.ts";

const SaveForm = z.object({
  q: z.string().max(2000, "A search has 2,000 characters at most"),
  name: z
    .string()
    .trim()
    .min(1, "Give the search a name")
    .max(60, "A name has 60 characters at most")
    .regex(/^[^\n\r]*$/, "A name is one line"),
  shared: z.literal("yes").optional(),
});

/** POST /search/saved keeps a search, POST /search/saved/:id/remove forgets it; both go back to the search. */
export function savedPage({ db, vault }: Desk): Router {
  const page = Router();

  page.post("/search/saved", async (request, response) => {
    const form = readForm(SaveForm, request.body);
    if (!form.ok || !readQuery(form.values.q).ok) {
      const errors = form.ok ? { name: "This search cannot be read, so it was not saved" } : form.errors;
      return response.status(422).render("search/save.njk", { form: { values: form.values, errors } });
    }
    const { q, name, shared } = form.values;
    const staffId = signedIn(request).id;
    if (!(await saveSearch(db, vault, { staffId, name, typed: q, isShared: shared === "yes" }))) {
      const errors = { name: `You keep ${mostSaved} searches, which is the most: forget one first` };
      return response.status(422).render("search/save.njk", { form: { values: form.values, errors } });
    }
    request.session.notice = "The search is saved. It stands on the start page.";
    response.redirect(303, address("/search", { q }));
  });

  page.post("/search/saved/:id/remove", async (request, response) => {
    if (!(await removeSearch(db, request.params.id, signedIn(request)))) {
      throw new NotFound("No such saved search");
    }
    request.session.notice = "The search is forgotten.";
    response.redirect(303, "/search");
  });

  return page;
}
