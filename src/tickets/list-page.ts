import { Router } from "express";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { isId } from "../web/is-id.ts";
import { NotFound } from "../web/not-found.ts";
import { address, pageLinks, readCursor } from "../web/paging.ts";
import { isLate } from "./is-late.ts";
import { type ListOrder, listOrder, listTickets } from "./list.ts";
import { filterOf, ListQuery, type ListStatus, parametersOf } from "./list-query.ts";
import { tagNames } from "./tags.ts";
import { priorities } from "./ticket-state.ts";
import { statusWords } from "./words.ts";

/** GET /tickets: by status, queue, owner, tags, priority and what is known, 50 at a time. GET /queues/:id leads to it. */
export function listPage({ db, vault }: Desk): Router {
  const page = Router();

  page.get("/tickets", async (request, response) => {
    const asked = ListQuery.parse(request.query);
    const current = readCursor(request.query.after);
    const { filter, unknown } = await filterOf(db, asked, signedIn(request).id);
    const [{ tickets, next }, tags] = await Promise.all([
      filter
        ? listTickets(db, vault, filter, current && { ...current, time: current.moment })
        : { tickets: [], next: null },
      tagNames(db),
    ]);
    const query = parametersOf(asked);
    response.status(unknown.length > 0 ? 422 : 200).render("tickets/list.njk", {
      tickets: tickets.map((ticket) => ({
        ...ticket,
        late: isLate(ticket),
        status_words: statusWords[ticket.status],
      })),
      filter: query,
      errors: unknown.length > 0 ? { tag: unknownTags(unknown) } : {},
      order: orderWords[filter ? listOrder(filter) : "number"],
      narrowed: narrowedBy(asked),
      priorities,
      tags,
      queueName: response.locals.rail.queues.find(({ id }: { id: string }) => id === asked.queue)?.name,
      tabs: tabs.map(([each, words]) => ({
        words,
        status: each,
        href: address("/tickets", { ...query, status: each }),
      })),
      links: pageLinks("/tickets", query, { current, next: next && { ...next, moment: next.time } }),
    });
  });

  page.get("/queues/:id", (request, response) => {
    if (!isId(request.params.id)) throw new NotFound("No such queue");
    response.redirect(303, address("/tickets", { queue: request.params.id }));
  });

  return page;
}

const unknownTags = (names: string[]) => {
  const words = names.map((name) => `“${name}”`).join(" and ");
  return `There is no tag ${words}: choose one that is there`;
};

const orderWords: Record<ListOrder, string> = {
  age: "the longest wait first",
  priority: "the most pressing first",
  message: "the newest message first",
  number: "the newest ticket first",
};

/** What narrows a list beside queue and owner, each with the address of the list without it. */
function narrowedBy(asked: ListQuery): { words: string; without: string }[] {
  const without = (left: Partial<ListQuery>) => address("/tickets", parametersOf({ ...asked, ...left }));
  return [
    ...asked.tag.map((name) => ({
      words: `tagged ${name}`,
      without: without({ tag: asked.tag.filter((other) => other !== name) }),
    })),
    ...(asked.priority
      ? [{ words: `priority ${asked.priority}`, without: without({ priority: null }) }]
      : []),
    ...(asked.version
      ? [{ words: `${asked.version} was the last that worked`, without: without({ version: null }) }]
      : []),
    ...(asked.workaround ? [{ words: "with a workaround", without: without({ workaround: null }) }] : []),
  ];
}

const tabs: [ListStatus, string][] = [
  ["our_turn", "Our turn"],
  ["waiting_for_user", "Waiting for users"],
  ["waiting_for_fix", "Waiting for a fix"],
  ["snoozed", "Snoozed"],
  ["resolved", "Resolved"],
  ["spam", "Spam"],
  ["any", "All"],
];
