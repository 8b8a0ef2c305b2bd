import { Router } from "express";
import { z } from "zod";
import { sendTogether } from "../database.ts";
import { countSaved } from "../search/count-saved.ts";
import { signedIn } from "../staff/staff-session.ts";
import { isLate } from "../tickets/is-late.ts";
import type { ListedTicket } from "../tickets/list.ts";
import { listOurTurn } from "../tickets/list-our-turn.ts";
import { readRecent } from "../tickets/recent.ts";
import { takeOldest } from "../tickets/take-oldest.ts";
import { eventWords } from "../tickets/words.ts";
import type { Rail } from "../web/chrome.ts";
import type { Desk } from "../web/desk.ts";
import { bounded } from "../web/format.ts";
import { readForm } from "../web/forms.ts";
import { isId } from "../web/is-id.ts";
import { readOverview } from "./overview.ts";
import { type News, whatIsNew } from "./what-is-new.ts";

const mostShown = 15;
const mostSearches = 8;
const dayInMilliseconds = 86_400_000;
const OldestForm = z.object({ queue: z.string().refine(isId).nullable().catch(null) });

/** GET /: the shift, what is new, what waits for us, what was handed over; POST /take-the-oldest. */
export function startPage({ db, vault }: Desk): Router {
  const page = Router();

  page.get("/", async (request, response) => {
    const me = signedIn(request);
    const { queues }: Rail = response.locals.rail;
    const [overview, turn, recent, saved] = await sendTogether([
      readOverview(db, vault, me.id),
      listOurTurn(db, vault, me.languages, mostShown, me.id),
      readRecent(db, vault, 8),
      countSaved(db, vault, { staffId: me.id, now: new Date() }, mostSearches),
    ]);
    const since = overview.last_end ?? new Date(Date.now() - dayInMilliseconds);
    const isSpoken = ({ language }: Rail["queues"][number]) =>
      language !== null && me.languages.includes(language);
    response.render("shifts/start.njk", {
      overview,
      saved,
      backlog: overview.backlog,
      news: newsWords(await whatIsNew(db, me.id, since)),
      groups: groupsOf(turn.spoken, turn.others),
      // Whoever speaks some languages takes the oldest of these, and of the others when none is left.
      oldestQueue: turn.spoken.find(({ owner_id }) => owner_id === null)?.queue_id,
      promises: [...queues.filter(isSpoken), ...queues.filter((queue) => !isSpoken(queue))],
      late: queues.reduce((sum, { late }) => sum + late, 0),
      more: response.locals.rail.our_turn > turn.spoken.length + turn.others.length,
      recent: recent.map((act) => ({ ...act, words: eventWords(act) })),
    });
  });

  page.post("/take-the-oldest", async (request, response) => {
    const form = readForm(OldestForm, request.body);
    const ticketId = await takeOldest(db, signedIn(request).id, form.ok ? form.values.queue : null);
    if (!ticketId) request.session.notice = "Nothing waits without an owner.";
    response.redirect(303, ticketId ? `/tickets/${ticketId}` : "/");
  });

  return page;
}

function newsWords(news: News): string {
  const parts: [number, string][] = [
    [news.new_tickets, "new"],
    [news.answered_by_others, "answered by others"],
    [news.resolved_by_others, "resolved by others"],
    [news.our_turn_again, "where people wrote again"],
  ];
  const told = parts.filter(([count]) => count > 0).map(([count, words]) => `${bounded(count)} ${words}`);
  return told.join(", ") || "nothing new";
}

function groupsOf(spoken: ListedTicket[], others: ListedTicket[]) {
  const marked = (tickets: ListedTicket[]) => tickets.map((ticket) => ({ ...ticket, late: isLate(ticket) }));
  const groups = [
    { heading: "Your languages", tickets: marked(spoken) },
    { heading: spoken.length > 0 ? "Other queues" : "Our turn", tickets: marked(others) },
  ];
  return groups.filter(({ tickets }) => tickets.length > 0);
}
