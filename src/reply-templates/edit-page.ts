import { type Request, type Response, Router } from "express";
import { z } from "zod";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { type Form, newForm, readForm, withError } from "../web/forms.ts";
import { NotFound } from "../web/not-found.ts";
import { type AskedTemplate, askedTemplate } from "./asked-template.ts";
import { diffTexts } from "./diff-texts.ts";
import { bodyField, categoryField, nameField, typedTags } from "./fields.ts";
import { fillTemplate, placeholdersIn, problemsOf } from "./fill-template.ts";
import { findSourceVersion } from "./history.ts";
import { isLanguageCode } from "./language-code.ts";
import { listCategories } from "./list.ts";
import { exampleValues, placeholders } from "./placeholders.ts";
import { saveText } from "./save-text.ts";
import type { TemplateText } from "./template.ts";

const TranslationForm = z.object({
  body: bodyField,
  seen: z.coerce.number("Open this form again").int().min(0),
  made_from: z.string(),
  act: z.enum(["preview", "save"], "Choose preview or save"),
});
const SourceForm = TranslationForm.omit({ made_from: true }).extend({
  name: nameField,
  category: categoryField,
  tags: typedTags,
});

/** What the form was sent for: a template, one of its languages, and the text there is. */
type Asked = {
  template: AskedTemplate;
  language: string;
  isSource: boolean;
  current: TemplateText | undefined;
};

/** GET and POST /answers/:id/edit?language=fr: one text, beside the source when it is a translation. */
export function editPage({ db }: Desk): Router {
  const page = Router();

  const find = async (request: Request): Promise<Asked> => {
    const template = await askedTemplate(db, request);
    const language = request.query.language ?? template.source_language;
    if (!isLanguageCode(language)) throw new NotFound("No such language");
    const current = template.texts.find((text) => text.language === language);
    return { template, language, isSource: language === template.source_language, current };
  };

  const show = async (response: Response, asked: Asked, form: Form, status = 200) => {
    const { template, language, isSource, current } = asked;
    const typed = textOf(form, "body");
    const seenSource = isSource ? undefined : textOf(form, "made_from");
    response.status(status).render("reply-templates/edit.njk", {
      ...asked,
      // What the page shows is what its writer has seen from now on.
      form: {
        ...form,
        values: { ...form.values, seen: current?.number ?? 0, made_from: template.source.fingerprint },
      },
      theirs:
        status === 409 && current ? { ...current, changes: diffTexts(current.body, typed, language) } : null,
      sourceChanges: seenSource ? await changesSince(template, seenSource) : null,
      preview: problemsOf(typed).length === 0 ? fillTemplate(typed, exampleValues).pieces : null,
      lost: isSource ? [] : notIn(typed, placeholdersIn(template.source.body)),
      categories: await listCategories(db),
      placeholders,
    });
  };

  const changesSince = async ({ id, source }: AskedTemplate, fingerprint: string) => {
    if (fingerprint === source.fingerprint) return null;
    const then = await findSourceVersion(db, id, source.language, fingerprint);
    return then ? diffTexts(then.body, source.body, source.language) : null;
  };

  page.get("/answers/:id/edit", async (request, response) => {
    const asked = await find(request);
    const { template, current } = asked;
    const { name, category } = template;
    const values = { name, category, tags: template.tags.join(" "), body: current?.body ?? "" };
    await show(
      response,
      asked,
      newForm({ ...values, made_from: current?.made_from ?? template.source.fingerprint }),
    );
  });

  page.post("/answers/:id/edit", async (request, response) => {
    const asked = await find(request);
    const form = readForm(asked.isSource ? SourceForm : TranslationForm, request.body);
    if (!form.ok) return await show(response, asked, form, 422);

    const { act, seen, body } = form.values;
    const details =
      "name" in form.values
        ? { name: form.values.name, category: form.values.category, tags: form.values.tags }
        : null;
    const madeFrom = "made_from" in form.values ? form.values.made_from : null;
    const typed = { ...form.values, ...(details && { tags: details.tags.join(" ") }) };
    const meanwhile = (asked.current?.number ?? 0) !== seen;
    if (act === "preview") return await show(response, asked, newForm(typed), meanwhile ? 409 : 200);

    const { template, language } = asked;
    const text = { templateId: template.id, language, body, seen, details, madeFrom };
    const saved = await saveText(db, { ...text, staffId: signedIn(request).id });
    if (!saved.ok && saved.reason === "name taken") {
      const words = "Another answer has this name (it may be retired): choose another";
      return await show(response, asked, withError(typed, "name", words), 422);
    }
    if (!saved.ok) return await show(response, await find(request), newForm(typed), 409);
    request.session.notice = saved.changed ? "The text is saved." : "Nothing was changed.";
    response.redirect(303, `/answers/${template.id}`);
  });

  return page;
}

function textOf({ values }: Form, field: string): string {
  const value = values[field];
  return typeof value === "string" ? value : "";
}

function notIn(text: string, names: string[]): string[] {
  const there = new Set(placeholdersIn(text));
  return text.trim() === "" ? [] : names.filter((name) => !there.has(name));
}
