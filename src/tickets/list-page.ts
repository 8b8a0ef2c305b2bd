import { Router } from "express";
import { z } from "zod";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { isId } from "../web/is-id.ts";
import { NotFound } from "../web/not-found.ts";
import { address, pageLinks, readCursor } from "../web/paging.ts";
import { isLate } from "./is-late.ts";
import { listTickets } from "./list.ts";
import { statusWords } from "./words.ts";

const statuses = ["our_turn", "waiting_for_user", "resolved", "spam", "any"] as const;
const id = z.string().refine(isId).nullable();

/** What was asked for in a way nobody links to counts as not asked. */
const Query = z.object({
  status: z.enum(statuses).catch("our_turn"),
  queue: id.catch(null),
  owner: z.enum(["me"]).nullable().catch(null),
});

/** GET /tickets: by status, queue and owner, 50 at a time. GET /queues/:id leads to it. */
export function listPage({ db, vault }: Desk): Router {
  const page = Router();

  page.get("/tickets", async (request, response) => {
    const { status, queue, owner } = Query.parse(request.query);
    const current = readCursor(request.query.after);
    const { tickets, next } = await listTickets(
      db,
      vault,
      { status, queueId: queue, ownerId: owner && signedIn(request).id },
      current && { time: current.moment, id: current.id },
    );
    const query = { status, queue: queue ?? undefined, owner: owner ?? undefined };
    response.render("tickets/list.njk", {
      tickets: tickets.map((ticket) => ({
        ...ticket,
        late: isLate(ticket),
        status_words: statusWords[ticket.status],
      })),
      filter: query,
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

const tabs: [(typeof statuses)[number], string][] = [
  ["our_turn", "Our turn"],
  ["waiting_for_user", "Waiting for users"],
  ["resolved", "Resolved"],
  ["spam", "Spam"],
  ["any", "All"],
];
