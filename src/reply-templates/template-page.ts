import { type Response, Router } from "express";
import { z } from "zod";
import { sendTogether } from "../database.ts";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { readForm } from "../web/forms.ts";
import { type AskedTemplate, askedTemplate } from "./asked-template.ts";
import { languageField } from "./fields.ts";
import { findUnfilled } from "./fill-template.ts";
import { templateLanguages } from "./language-code.ts";
import { bringBack, retireTemplate } from "./retire.ts";
import { confirmTranslation } from "./save-text.ts";
import { acknowledgedWith } from "./unapproved.ts";

const ConfirmForm = z.object({
  language: languageField,
  seen: z.coerce.number().int().min(1),
  made_from: z.string(),
});

/** /answers/:id: all languages beside the source; confirm a translation, retire, bring back. */
export function templatePage({ db }: Desk): Router {
  const page = Router();

  const show = async (response: Response, template: AskedTemplate, problem?: string) => {
    const [languages, acknowledges] = await sendTogether([
      templateLanguages(db),
      acknowledgedWith(db, template.id),
    ]);
    response.status(problem ? 409 : 200).render("reply-templates/template.njk", {
      template,
      problem,
      acknowledges,
      source: withPieces(template.source),
      translations: template.texts.filter((text) => !text.is_source).map(withPieces),
      missing: languages.filter((code) => !template.texts.some(({ language }) => language === code)),
    });
  };

  page.get("/answers/:id", async (request, response) => {
    await show(response, await askedTemplate(db, request));
  });

  page.post("/answers/:id/confirm", async (request, response) => {
    const template = await askedTemplate(db, request);
    const form = readForm(ConfirmForm, request.body);
    if (!form.ok)
      return await show(response, template, "Open this page again, then say that the translation fits.");

    const { language, seen, made_from: madeFrom } = form.values;
    const asked = { templateId: template.id, language, seen, madeFrom, staffId: signedIn(request).id };
    if ((await confirmTranslation(db, asked)) === "changed") {
      const now = await askedTemplate(db, request);
      return await show(
        response,
        now,
        "Somebody saved the source or the translation meanwhile. Compare them again.",
      );
    }
    request.session.notice = "The translation is up to date.";
    response.redirect(303, `/answers/${template.id}`);
  });

  page.post("/answers/:id/retire", async (request, response) => {
    const template = await askedTemplate(db, request);
    await retireTemplate(db, template.id, signedIn(request).id);
    request.session.notice = "The answer is retired: it is not offered any more.";
    response.redirect(303, `/answers/${template.id}`);
  });

  page.post("/answers/:id/restore", async (request, response) => {
    const template = await askedTemplate(db, request);
    await bringBack(db, template.id);
    request.session.notice = "The answer is back and is offered again.";
    response.redirect(303, `/answers/${template.id}`);
  });

  return page;
}

/** The places to fill are marked, not called missing: here nothing is about to leave. */
const withPieces = <Text extends { body: string }>(text: Text) => ({
  ...text,
  pieces: findUnfilled(text.body).pieces.map((piece) => ({
    ...piece,
    kind: piece.kind === "missing" ? "value" : piece.kind,
  })),
});
