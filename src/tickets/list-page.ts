import { Router } from "express";
import { sendTogether } from "../database.ts";
import type { Asker } from "../search/field-sql.ts";
import { orMistake } from "../search/query-mistake.ts";
import { showMistake } from "../search/show-mistake.ts";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { isId } from "../web/is-id.ts";
import { NotFound } from "../web/not-found.ts";
import { address, type Cursor, pageLinks, readCursor } from "../web/paging.ts";
import { isLate } from "./is-late.ts";
import { listTickets } from "./list.ts";
import { listAsSearch } from "./list-as-search.ts";
import {
  filterOf,
  ListQuery,
  type ListStatus,
  parametersOf,
  unknownTags,
  type WrongList,
} from "./list-query.ts";
import { tagNames } from "./tags.ts";
import { type ListOrder, listOrder } from "./ticket-filter.ts";
import { priorities } from "./ticket-state.ts";
import { statusWords } from "./words.ts";

/** GET /tickets: by status, queue, owner, tags, priority and what is known, 50 at a time. GET /queues/:id leads to it. */
export function listPage(desk: Desk): Router {
  const { db } = desk;
  const page = Router();

  page.get("/tickets", async (request, response) => {
    const asked = ListQuery.parse(request.query);
    const current = readCursor(request.query.after);
    const asker = { staffId: signedIn(request).id, now: new Date() };
    const [list, tags] = await sendTogether([listOf(desk, asked, asker, current), tagNames(db)]);
    const query = parametersOf(asked);
    const queueName = response.locals.rail.queues.find(({ id }: { id: string }) => id === asked.queue)?.name;
    const search = list.ok ? listAsSearch(asked, queueName, list.search) : null;
    const next = list.ok ? list.next : null;
    response.status(list.ok ? 200 : 422).render("tickets/list.njk", {
      tickets: (list.ok ? list.tickets : []).map((ticket) => ({
        ...ticket,
        late: isLate(ticket),
        status_words: statusWords[ticket.status],
      })),
      filter: { ...query, q: asked.q?.slice(0, 2000) },
      errors: list.ok ? {} : errorsOf(list, asked),
      opened: list.ok ? list.opened : null,
      newestMessageId: list.ok ? list.newestMessageId : null,
      onlyUnread: address("/tickets", { ...query, q: "is:unread" }),
      order: orderWords[list.ok ? listOrder(list.filter) : "number"],
      ownOrder: list.ok && list.search !== null && list.search.sort !== "newest",
      search: search && address("/search", { q: search }),
      narrowed: narrowedBy(asked),
      priorities,
      tags,
      queueName,
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

async function listOf({ db, vault }: Desk, asked: ListQuery, asker: Asker, current: Cursor | null) {
  const read = await filterOf(db, vault, asked, asker);
  if (!read.ok) return read;
  const after = current && { ...current, time: current.moment };
  const listed = await orMistake(listTickets(db, vault, read.filter, after, asker.staffId));
  return listed.ok
    ? { ...read, ...listed.value }
    : { ok: false as const, unknown: [], mistake: listed.mistake };
}

function errorsOf({ unknown, mistake }: WrongList, asked: ListQuery) {
  const hrefOf = (q: string) => address("/tickets", { ...parametersOf(asked), q });
  return {
    tag: unknown.length > 0 ? unknownTags(unknown) : null,
    search: mistake && showMistake(asked.q ?? "", mistake, hrefOf),
  };
}

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
    ...(asked.q ? [{ words: `found by “${asked.q}”`, without: without({ q: null }) }] : []),
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
