import { type Request, type Response, Router } from "express";
import { sendTogether } from "../database.ts";
import { listStaff } from "../staff/staff.ts";
import { signedIn } from "../staff/staff-session.ts";
import { listQueues } from "../tickets/queues.ts";
import { tagNames } from "../tickets/tags.ts";
import { priorities } from "../tickets/ticket-state.ts";
import type { Desk } from "../web/desk.ts";
import { type Form, withError } from "../web/forms.ts";
import { NotFound } from "../web/not-found.ts";
import { brokenSearches } from "./broken-searches.ts";
import type { SortingRule } from "./rule.ts";
import { formOfRule, readRuleForm, withMistakes } from "./rule-form.ts";
import { findRule, listRules, type StoredRule, saveRule } from "./rules.ts";
import { showTrial, type Trial } from "./show-trial.ts";
import { comparisonWords, fieldWords } from "./words.ts";

/** GET and POST /sorting-rules/add and /sorting-rules/:id/change; its button “Try” shows and saves nothing. */
export function editPage({ db, vault }: Desk): Router {
  const page = Router();

  const show = async (
    response: Response,
    rule: StoredRule | null,
    form: Form,
    trial: Trial | null = null,
  ) => {
    const [queues, tags, staff] = await sendTogether([listQueues(db), tagNames(db), listStaff(db)]);
    response.render("sorting-rules/edit.njk", {
      rule,
      form,
      trial,
      tags,
      queues: [["", "Where its language says"], ...queues.map(({ id, name }) => [id, name])],
      owners: [
        ["", "Nobody"],
        ...staff.filter(({ disabled_at }) => !disabled_at).map(({ id, name }) => [id, name]),
      ],
      priorities: [["", "As it is"], ...priorities.map((name) => [name, name])],
      fields: Object.entries(fieldWords),
      comparisons: Object.entries(comparisonWords),
    });
  };

  const receive = async (request: Request, response: Response, rule: StoredRule | null) => {
    const read = readRuleForm(request.body);
    if (!read.ok) return await show(response.status(422), rule, read.form);
    const broken = (await brokenSearches(db, vault, [read.rule]))(read.rule);
    if (broken.length > 0) return await show(response.status(422), rule, withMistakes(read.form, broken));
    if (read.act === "try") {
      const rules = replaced(await listRules(db, vault), rule, read.rule);
      return await show(response, rule, read.form, await showTrial(db, vault, rules));
    }
    const id = await saveRule(db, vault, rule?.id ?? null, read.rule, signedIn(request).id);
    if (id === null) {
      const message = "The rule, its queue or its owner is not there any more. Choose again";
      return await show(response.status(422), rule, withError(read.form.values, "form", message));
    }
    request.session.notice = `The rule “${read.rule.name}” is saved. It sorts mail that comes from now on.`;
    response.redirect(303, "/sorting-rules");
  };

  page.get("/sorting-rules/add", async (_request, response) => await show(response, null, formOfRule(null)));
  page.post("/sorting-rules/add", async (request, response) => await receive(request, response, null));

  page.get("/sorting-rules/:id/change", async (request, response) => {
    const rule = await findRule(db, vault, request.params.id);
    if (!rule) throw new NotFound("No such rule");
    const broken = (await brokenSearches(db, vault, [rule]))(rule);
    await show(response, rule, withMistakes(formOfRule(rule), broken));
  });

  page.post("/sorting-rules/:id/change", async (request, response) => {
    const rule = await findRule(db, vault, request.params.id);
    if (!rule) throw new NotFound("No such rule");
    await receive(request, response, rule);
  });

  return page;
}

/** All rules as they would be after saving: a changed one in its place, a new one at the end. */
function replaced(rules: StoredRule[], old: StoredRule | null, rule: SortingRule): SortingRule[] {
  if (!old) return [...rules, rule];
  return rules.map((each) => (each.id === old.id ? rule : each));
}
