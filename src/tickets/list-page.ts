import { Router } from "express";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { isId } from "../web/is-id.ts";
import { NotFound } from "../web/not-found.ts";
import { address, pageLinks, readCursor } from "../web/paging.ts";
import { isLate } from "./is-late.ts";
import { listTickets } from "./list.ts";
import { ListQuery, type ListStatus } from "./list-query.ts";
import { tagNames } from "./tags.ts";
import { statusWords } from "./words.ts";

/** GET /tickets: by status, queue and owner, 50 at a time. GET /queues/:id leads to it. */
export function listPage({ db, vault }: Desk): Router {
  const page = Router();

  page.get("/tickets", async (request, response) => {
    const { status, queue, owner } = ListQuery.parse(request.query);
    const current = readCursor(request.query.after);
    const [{ tickets, next }, tags] = await Promise.all([
      listTickets(
        db,
        vault,
        { status, queueId: queue, ownerId: owner && signedIn(request).id },
        current && { time: current.moment, id: current.id },
      ),
      tagNames(db),
    ]);
    const query = { status, queue: queue ?? undefined, owner: owner ?? undefined };
    response.render("tickets/list.njk", {
      tickets: tickets.map((ticket) => ({
        ...ticket,
        late: isLate(ticket),
        status_words: statusWords[ticket.status],
      })),
      filter: query,
      tags,
      queueName: response.locals.rail.queues.find((each: { id: string }) => each.id === queue)?.name,
      tabs: tabs.map(([each, words]) => ({
        words,
        status: each,
        href: address("/tickets", { ...query, status: each }),
      })),
      links: pageLinks("/tickets", query, { current, next: next && { moment: next.time, id: next.id } }),
    });
  });

  page.get("/queues/:id", (request, response) => {
    if (!isId(request.params.id)) throw new NotFound("No such queue");
    response.redirect(303, address("/tickets", { queue: request.params.id }));
  });

  return page;
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
