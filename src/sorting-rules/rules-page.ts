import { Router } from "express";
import { z } from "zod";
import type { Desk } from "../web/desk.ts";
import { readForm } from "../web/forms.ts";
import { moved } from "../web/moved.ts";
import { NotFound } from "../web/not-found.ts";
import { brokenSearches } from "./broken-searches.ts";
import { findRule, listRules, orderRules, removeRule } from "./rules.ts";
import { showTrial } from "./show-trial.ts";
import { comparisonWords, fieldWords } from "./words.ts";

const MoveForm = z.object({ to: z.enum(["up", "down"]) });

/** GET /sorting-rules in their order; /sorting-rules/try all of them on the last mails; /:id/move and /:id/remove. */
export function rulesPage({ db, vault }: Desk): Router {
  const page = Router();
  const words = { fieldWords, comparisonWords };

  page.get("/sorting-rules", async (_request, response) => {
    const rules = await listRules(db, vault);
    const brokenIn = await brokenSearches(db, vault, rules);
    response.render("sorting-rules/list.njk", {
      rules: rules.map((rule) => ({ ...rule, broken: brokenIn(rule) })),
      ...words,
    });
  });

  page.get("/sorting-rules/try", async (_request, response) => {
    const rules = await listRules(db, vault);
    response.render("sorting-rules/try.njk", { rules, trial: await showTrial(db, vault, rules) });
  });

  page.post("/sorting-rules/:id/move", async (request, response) => {
    const rule = await findRule(db, vault, request.params.id);
    const form = readForm(MoveForm, request.body);
    if (!rule || !form.ok) throw new NotFound("No such rule or direction");
    const ids = (await listRules(db, vault)).map(({ id }) => id);
    const ordered = await orderRules(db, moved(ids, rule.id, form.values.to));
    request.session.notice = ordered
      ? `“${rule.name}” has moved ${form.values.to}.`
      : "Somebody was faster: look again.";
    response.redirect(303, "/sorting-rules");
  });

  page.get("/sorting-rules/:id/remove", async (request, response) => {
    const rule = await findRule(db, vault, request.params.id);
    if (!rule) throw new NotFound("No such rule");
    response.render("sorting-rules/remove.njk", { rule, ...words });
  });

  page.post("/sorting-rules/:id/remove", async (request, response) => {
    const rule = await findRule(db, vault, request.params.id);
    if (!rule || !(await removeRule(db, rule.id))) throw new NotFound("No such rule");
    request.session.notice = `“${rule.name}” is removed. What it sorted stays where it is.`;
    response.redirect(303, "/sorting-rules");
  });

  return page;
}
