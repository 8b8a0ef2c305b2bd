import { type Request, type Response, Router } from "express";
import { z } from "zod";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { readForm } from "../web/forms.ts";
import { NotFound } from "../web/not-found.ts";
import { address } from "../web/paging.ts";
import { type AskedTemplate, askedTemplate } from "./asked-template.ts";
import { diffTexts } from "./diff-texts.ts";
import { findVersion, listVersions } from "./history.ts";
import { isLanguageCode } from "./language-code.ts";
import { restoreVersion } from "./restore-version.ts";

const Query = z.object({
  language: z.string().refine(isLanguageCode).nullable().catch(null),
  before: z
    .string()
    .regex(/^[1-9]\d{0,8}$/)
    .transform(Number)
    .nullable()
    .catch(null),
});
const RestoreForm = z.object({ seen: z.coerce.number().int().min(1) });

/** /answers/:id/history: every version, and what each changed; an old one can be restored. */
export function historyPage({ db }: Desk): Router {
  const page = Router();

  page.get("/answers/:id/history", async (request, response) => {
    const template = await askedTemplate(db, request);
    const { language, before } = Query.parse(request.query);
    const { versions, next } = await listVersions(db, template.id, { language, before });
    const path = `/answers/${template.id}/history`;
    const query = { language: language ?? undefined };
    response.render("reply-templates/history.njk", {
      template,
      versions,
      language,
      links: {
        first: before ? address(path, query) : null,
        next: next ? address(path, { ...query, before: String(next) }) : null,
      },
    });
  });

  const find = async (request: Request, template: AskedTemplate) => {
    const found = await findVersion(db, template.id, String(request.params.version));
    if (!found) throw new NotFound("No such version");
    return found;
  };

  const show = async (request: Request, response: Response, template: AskedTemplate, problem?: string) => {
    const { version, replaced, current } = await find(request, template);
    response.status(problem ? 409 : 200).render("reply-templates/version.njk", {
      template,
      version,
      replaced,
      current,
      problem,
      diff: replaced
        ? diffTexts(replaced.body, version.body, version.language)
        : [{ kind: "same", text: version.body }],
      sinceThen: version.is_current ? null : diffTexts(version.body, current.body, version.language),
    });
  };

  page.get("/answers/:id/history/:version", async (request, response) => {
    await show(request, response, await askedTemplate(db, request));
  });

  page.post("/answers/:id/history/:version", async (request, response) => {
    const template = await askedTemplate(db, request);
    const { version } = await find(request, template);
    const form = readForm(RestoreForm, request.body);
    const seen = form.ok ? form.values.seen : 0;
    const result = await restoreVersion(db, version, { seen, staffId: signedIn(request).id });
    if (result !== "restored") return await show(request, response, template, refusals[result]);
    request.session.notice = `Version ${version.number} is restored.`;
    response.redirect(303, `/answers/${template.id}`);
  });

  return page;
}

const refusals = {
  changed: "Somebody saved this text meanwhile. Compare again, then restore.",
  "same already": "This version is the text that counts already.",
  "name taken": "Another answer has the name of this version now (it may be retired). Nothing was changed.",
  "unknown placeholder": "This version has a placeholder that is not known any more. Nothing was changed.",
};
