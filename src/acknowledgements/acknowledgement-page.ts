import { type Request, type Response, Router } from "express";
import { z } from "zod";
import { sendTogether } from "../database.ts";
import { signedIn } from "../staff/staff-session.ts";
import { answerState } from "../tickets/words.ts";
import type { Desk } from "../web/desk.ts";
import { language } from "../web/format.ts";
import { type Form, newForm, readForm, withError } from "../web/forms.ts";
import { isId } from "../web/is-id.ts";
import { NotFound } from "../web/not-found.ts";
import { pageLinks, readCursor } from "../web/paging.ts";
import { listChoices, previewOf } from "./choices.ts";
import { changeLimits, lastHour, readLimits } from "./limits.ts";
import { lastGone, listKept } from "./list.ts";
import { findSetting, listSettings, type QueueSetting, type TurnedOn, turnOff, turnOn } from "./settings.ts";

const ChoiceForm = z.object({
  template: z.string("Choose an answer").min(1, "Choose an answer"),
  /** The versions that were shown. */
  seen: z.string().default(""),
});
const amount = (words: string) =>
  z
    .string()
    .trim()
    .regex(/^\d{1,4}$/, words)
    .transform(Number)
    .refine((number) => number <= 1000, words);
const LimitsForm = z.object({
  per_hour: amount("Write a number from 0 to 1000"),
  per_domain: amount("Write a number from 0 to 1000"),
});

/** /acknowledgements: which queues acknowledge mail; /queues/:id/acknowledgement: on or off, with which answer, what went. */
export function acknowledgementPage({ db, config }: Desk): Router {
  const page = Router();
  const desk = { name: config.DESK_NAME, address: config.DESK_ADDRESS };

  const asked = async (request: Request): Promise<QueueSetting> => {
    const { id } = request.params;
    const setting = isId(id) ? await findSetting(db, id) : undefined;
    if (!setting) throw new NotFound("No such queue");
    return setting;
  };
  const show = async (request: Request, response: Response, setting: QueueSetting, form: Form) => {
    const current = readCursor(request.query.after);
    const path = `/queues/${setting.queue_id}/acknowledgement`;
    const [choices, preview, gone, { kept, next }] = await sendTogether([
      listChoices(db),
      previewOf(db, setting.queue_id, form.values.template || setting.template_id, desk),
      lastGone(db, setting.queue_id),
      listKept(db, setting.queue_id, current),
    ]);
    response.render("acknowledgements/queue.njk", {
      setting,
      form,
      options: choices.map((one) => [one.id, wordsOf(one)]),
      preview,
      gone: gone.map((one) => ({ ...one, words: answerState(one).words })),
      kept,
      links: pageLinks(path, {}, { current, next }),
    });
  };

  const showAll = async (response: Response, form?: Form) => {
    const [settings, limits, hour] = await sendTogether([listSettings(db), readLimits(db), lastHour(db)]);
    const { per_hour, per_domain } = limits;
    const shown = form ?? newForm({ per_hour, per_domain });
    response.render("acknowledgements/list.njk", { settings, limits, hour, form: shown });
  };

  page.get("/acknowledgements", async (_request, response) => {
    await showAll(response);
  });

  page.post("/acknowledgements/limits", async (request, response) => {
    const form = readForm(LimitsForm, request.body);
    if (!form.ok) return await showAll(response.status(422), form);
    const { per_hour: perHour, per_domain: perDomain } = form.values;
    await changeLimits(db, { perHour, perDomain, staffId: signedIn(request).id });
    request.session.notice = "The limits hold from now on.";
    response.redirect(303, "/acknowledgements");
  });

  page.get("/queues/:id/acknowledgement", async (request, response) => {
    const setting = await asked(request);
    const { template } = request.query;
    if (template === undefined || (await previewOf(db, setting.queue_id, template, desk))) {
      const chosen = template ?? setting.template_id ?? "";
      return await show(request, response, setting, newForm({ template: chosen }));
    }
    await show(request, response.status(422), setting, withError({ template: "" }, "template", notThere));
  });

  page.post("/queues/:id/acknowledgement", async (request, response) => {
    const setting = await asked(request);
    const form = readForm(ChoiceForm, request.body);
    if (!form.ok) return await show(request, response.status(422), setting, form);
    const { template, seen } = form.values;
    const staffId = signedIn(request).id;
    const choice = { queueId: setting.queue_id, templateId: template, staffId, seen: seen.split(",") };
    const turned = await turnOn(db, choice);
    if (!turned.ok) {
      const refused = withError(form.values, "template", refusalOf(turned));
      return await show(request, response.status(422), setting, refused);
    }
    request.session.notice =
      setting.is_on && template === setting.template_id
        ? "The texts are approved and leave from now on."
        : `Mail to ${setting.queue_name} is acknowledged from now on.`;
    response.redirect(303, `/queues/${setting.queue_id}/acknowledgement`);
  });

  page.post("/queues/:id/acknowledgement/off", async (request, response) => {
    const { queue_id: queueId, queue_name: name } = await asked(request);
    const changed = await turnOff(db, queueId, signedIn(request).id);
    request.session.notice = changed
      ? `Mail to ${name} is not acknowledged any more.`
      : "It was off already.";
    response.redirect(303, `/queues/${queueId}/acknowledgement`);
  });

  return page;
}

const notThere = "There is no such answer. Choose one of the list";

function wordsOf({ name, category, fits }: { name: string; category: string; fits: boolean }): string {
  return `${name} · ${category}${fits ? "" : " (asks for more than an acknowledgement fills)"}`;
}

function refusalOf(refused: Exclude<TurnedOn, { ok: true }>): string {
  if (refused.reason === "not there") return notThere;
  if (refused.reason === "retired")
    return "This answer is retired. Choose another one, or bring it back first";
  if (refused.reason === "changed meanwhile")
    return "Somebody changed a text meanwhile. Look at the texts below, then turn it on";
  const texts = refused.texts.map(
    ({ language: code, placeholders }) =>
      `${language(code)} asks for ${placeholders.map((name) => `{{${name}}}`).join(", ")}`,
  );
  return `${texts.join("; ")}. An acknowledgement fills {{ticket}}, {{desk}} and {{desk_address}} alone: take the others out, or choose another answer`;
}
