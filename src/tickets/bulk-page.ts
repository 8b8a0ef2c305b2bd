import { type Request, Router } from "express";
import { z } from "zod";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { listOf, type ReadForm, readForm, withError } from "../web/forms.ts";
import { address } from "../web/paging.ts";
import { type BulkAct, type BulkRefusal, mostInBulk, previewBulk, runBulk } from "./bulk.ts";
import { listTicketIds } from "./list.ts";
import { filterOf, ListQuery, parametersOf } from "./list-query.ts";
import { listQueues, type Queue } from "./queues.ts";
import { tagNames } from "./tags.ts";
import { statusWords } from "./words.ts";

const BulkForm = z.object({
  tickets: listOf(z.string()),
  all: z.literal("yes").optional(),
  act: z.enum(["take", "move", "tag", "resolve", "spam"], "Choose what to do with them"),
  to: z.string().default(""),
  tag: z.string().default(""),
  confirmed: z.literal("yes").optional(),
});
type Values = z.infer<typeof BulkForm>;

/** POST /tickets/bulk: shows what an act would change on many tickets; with the field "confirmed" it is done. */
export function bulkPage({ db, vault }: Desk): Router {
  const page = Router();

  page.post("/tickets/bulk", async (request, response) => {
    const form: ReadForm<Values> = readForm(BulkForm, request.body);
    const [queues, tags] = await Promise.all([listQueues(db), tagNames(db)]);
    const list = listOfForm(request);
    const shown = { queues, tags, list, back: address("/tickets", list), mostInBulk };
    if (!form.ok) {
      const tickets = [form.values.tickets ?? []].flat();
      return response.status(422).render("tickets/bulk.njk", { ...shown, form, tickets });
    }

    const tickets = form.values.all ? await wholeList(request) : [...new Set(form.values.tickets)];
    const act = actOf(form.values);
    const preview = await previewBulk(db, vault, tickets, act);
    if (!preview.ok) {
      const [field, message] = refusals[preview.reason];
      return response
        .status(422)
        .render("tickets/bulk.njk", { ...shown, form: withError(form.values, field, message), tickets });
    }
    if (form.values.confirmed !== "yes") {
      const lines = preview.lines.map((line) => ({ ...line, status_words: statusWords[line.status] }));
      return response.render("tickets/bulk.njk", {
        ...shown,
        form,
        tickets,
        preview: {
          ...preview,
          changing: lines.filter(({ why }) => why === null),
          staying: lines.filter(({ why }) => why !== null),
          words: wordsOf(form.values, queues),
        },
      });
    }
    const done = await runBulk(db, tickets, act, signedIn(request).id);
    request.session.notice = noticeOf(done.ok ? done.changed.length : 0, form.values, queues);
    response.redirect(303, shown.back);
  });

  async function wholeList(request: Request): Promise<string[]> {
    const { filter } = await filterOf(db, ListQuery.parse(fieldsOfList(request)), signedIn(request).id);
    return filter ? await listTicketIds(db, filter, mostInBulk) : [];
  }

  return page;
}

const refusals: Record<BulkRefusal, [field: string, message: string]> = {
  "no tickets": ["form", "Tick at least one ticket of the list"],
  "too many": ["form", `${mostInBulk} tickets at most at once`],
  "no such queue": ["to", "Choose the queue to move them to"],
  "no tag name": ["tag", "Write a tag of 60 characters at most"],
};

/** The list that the person came from, by the fields that its form carries. */
function listOfForm(request: Request) {
  return parametersOf(ListQuery.parse(fieldsOfList(request)));
}

function fieldsOfList(request: Request) {
  const body: Record<string, unknown> = request.body ?? {};
  const fields = Object.keys(ListQuery.shape).map((name) => [name, body[`list_${name}`]]);
  return Object.fromEntries(fields);
}

function actOf({ act, to, tag }: Values): BulkAct {
  if (act === "move") return { act, queueId: to };
  if (act === "tag") return { act, name: tag };
  return { act };
}

function wordsOf(values: Values, queues: Queue[]): string {
  const queue = queues.find(({ id }) => id === values.to)?.name ?? "";
  return {
    take: "become yours",
    move: `move to ${queue}`,
    tag: `get the tag “${values.tag.trim()}”`,
    resolve: "become resolved",
    spam: "become spam",
  }[values.act];
}

function noticeOf(changed: number, values: Values, queues: Queue[]): string {
  if (changed === 0) return "Nothing was changed: somebody was faster.";
  const queue = queues.find(({ id }) => id === values.to)?.name ?? "";
  const words = {
    take: "yours now",
    move: `in ${queue} now`,
    tag: `tagged “${values.tag.trim()}”`,
    resolve: "resolved",
    spam: "marked as spam",
  }[values.act];
  const tickets = changed === 1 ? "1 ticket is" : `${changed} tickets are`;
  return `${tickets} ${words}. For 10 minutes each can be undone on its own page.`;
}
