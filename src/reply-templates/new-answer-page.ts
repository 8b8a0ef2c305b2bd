import { Router } from "express";
import { z } from "zod";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { type Form, newForm, readForm, withError } from "../web/forms.ts";
import { createTemplate } from "./create.ts";
import { bodyField, categoryField, languageField, nameField, typedTags } from "./fields.ts";
import { fillTemplate } from "./fill-template.ts";
import { templateLanguages } from "./language-code.ts";
import { listCategories } from "./list.ts";
import { exampleValues, placeholders } from "./placeholders.ts";

const NewForm = z.object({
  name: nameField,
  category: categoryField,
  tags: typedTags,
  language: languageField,
  body: bodyField,
  act: z.enum(["preview", "save"], "Choose preview or save"),
});

/** GET and POST /answers/new: the source of a new answer. */
export function newAnswerPage({ db }: Desk): Router {
  const page = Router();

  const show = async (form: Form, preview?: string) => ({
    form,
    languages: await templateLanguages(db),
    categories: await listCategories(db),
    placeholders,
    preview: preview === undefined ? null : fillTemplate(preview, exampleValues).pieces,
  });

  page.get("/answers/new", async (_request, response) => {
    response.render("reply-templates/new-answer.njk", await show(newForm({ language: "en" })));
  });

  page.post("/answers/new", async (request, response) => {
    const form = readForm(NewForm, request.body);
    if (!form.ok) return response.status(422).render("reply-templates/new-answer.njk", await show(form));
    const { act, ...values } = form.values;
    const typed = { ...values, tags: values.tags.join(" ") };
    if (act === "preview") {
      return response.render("reply-templates/new-answer.njk", await show(newForm(typed), values.body));
    }

    const created = await createTemplate(db, { ...values, staffId: signedIn(request).id });
    if (!created.ok) {
      const taken = withError(
        typed,
        "name",
        "Another answer has this name (it may be retired): choose another",
      );
      return response.status(422).render("reply-templates/new-answer.njk", await show(taken));
    }
    request.session.notice = "The answer is saved. It is offered from now on.";
    response.redirect(303, `/answers/${created.id}`);
  });

  return page;
}
