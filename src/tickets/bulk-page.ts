import { Router } from "express";
import { z } from "zod";
import { sendTogether } from "../database.ts";
import type { Whole } from "../search/all-found.ts";
import type { Sort } from "../search/query.ts";
import { showMistake } from "../search/show-mistake.ts";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { listOf, type ReadForm, readForm, withError } from "../web/forms.ts";
import { type BulkAct, type BulkRefusal, mostInBulk, previewBulk, runBulk } from "./bulk.ts";
import {
  addressOf,
  type BulkSource,
  fieldsOf,
  sourceOf,
  stillIn,
  typedIn,
  type WrongSource,
  wholeOf,
} from "./bulk-source.ts";
import { unknownTags } from "./list-query.ts";
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

/**
 * POST /tickets/bulk: shows what an act would change on many tickets of a list or a search; with the field "confirmed" it
 * is done, of a whole list or search to those that were shown and are still in it.
 */
export function bulkPage({ db, vault }: Desk): Router {
  const page = Router();

  page.post("/tickets/bulk", async (request, response) => {
    const form: ReadForm<Values> = readForm(BulkForm, request.body);
    const asker = { staffId: signedIn(request).id, now: new Date() };
    const source = sourceOf(request.body);
    const [queues, tags] = await sendTogether([listQueues(db), tagNames(db)]);
    const shown = { queues, tags, mostInBulk, ...shownSource(source), form };
    const refuse = (more: object) => response.status(422).render("tickets/bulk.njk", { ...shown, ...more });
    if (!form.ok) return refuse({ tickets: [form.values.tickets ?? []].flat() });

    const isAll = form.values.all === "yes";
    const isConfirmed = form.values.confirmed === "yes";
    const whole = isAll && !isConfirmed ? await wholeOf(db, vault, source, asker, mostInBulk) : null;
    if (whole && !whole.ok) return refuse(wrongSource(whole, source));
    const limits = whole && limitsOf(whole);
    if (whole?.ids.length === 0) return refuse({ wrong: limits ?? "No ticket is in it any more." });
    const tickets = whole?.ids ?? [...new Set(form.values.tickets)];
    const act = actOf(form.values);
    const preview = await previewBulk(db, vault, tickets, act);
    if (!preview.ok) {
      const [field, message] = refusals[preview.reason];
      return refuse({ form: withError(form.values, field, message), tickets });
    }
    if (!isConfirmed) {
      const lines = preview.lines.map((line) => ({ ...line, status_words: statusWords[line.status] }));
      return response.render("tickets/bulk.njk", {
        ...shown,
        tickets,
        limits,
        preview: {
          ...preview,
          changing: lines.filter(({ why }) => why === null),
          staying: lines.filter(({ why }) => why !== null),
          words: wordsOf(form.values, queues),
        },
      });
    }
    const still = isAll ? await stillIn(db, vault, source, asker) : null;
    if (still && !still.ok) return refuse(wrongSource(still, source));
    const done = await db.transaction(async (trx) => {
      const ids = still ? await still.among(trx, tickets) : tickets;
      return { gone: tickets.length - ids.length, ...(await runBulk(trx, ids, act, asker.staffId)) };
    });
    request.session.notice = noticeOf(done.ok ? done.changed.length : 0, done.gone, form.values, queues);
    response.redirect(303, shown.back);
  });

  return page;
}

function shownSource(source: BulkSource) {
  return { fields: fieldsOf(source), back: addressOf(source), backTo: source.from };
}

/** Nothing is shown to be changed: what would be taken cannot be said. */
function wrongSource({ unknown, mistake }: WrongSource, source: BulkSource) {
  return {
    wrong: unknown.length > 0 ? `${unknownTags(unknown)}.` : null,
    mistake: mistake && showMistake(typedIn(source), mistake, (q) => addressOf(source, q)),
  };
}

const firstBy = { newest: "newest", oldest: "oldest", relevance: "most relevant" } as const;

/** Why not all of it is taken; null: all is. */
function limitsOf({ isMore, stoppedAt, sort }: Whole & { sort: Sort | null }): string | null {
  if (!isMore) return null;
  const first = sort ? firstBy[sort] : "first";
  if (stoppedAt === null) {
    return `There are more than ${mostInBulk}, which is the most at once: these are the ${first} ${mostInBulk}. Do the rest afterwards.`;
  }
  return `For the phrase the logs of the ${first} ${stoppedAt.toLocaleString("en")} tickets with its words were opened, and there are more. Narrow it with a version, a queue or days to look into the others.`;
}

const refusals: Record<BulkRefusal, [field: string, message: string]> = {
  "no tickets": ["form", "Tick at least one ticket of the list"],
  "too many": ["form", `${mostInBulk} tickets at most at once`],
  "no such queue": ["to", "Choose the queue to move them to"],
  "no tag name": ["tag", "Write a tag of 60 characters at most"],
};

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

function noticeOf(changed: number, gone: number, values: Values, queues: Queue[]): string {
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
  const left =
    gone === 0 ? "" : ` ${gone} changed in the meantime and ${gone === 1 ? "was" : "were"} left alone.`;
  return `${tickets} ${words}.${left} For 10 minutes each can be undone on its own page.`;
}
