import { Router } from "express";
import { sendTogether } from "../database.ts";
import { signedIn } from "../staff/staff-session.ts";
import { mostInBulk } from "../tickets/bulk.ts";
import { isLate } from "../tickets/is-late.ts";
import { tagNames } from "../tickets/tags.ts";
import type { TicketStatus } from "../tickets/ticket.ts";
import { statusWords } from "../tickets/words.ts";
import type { Desk } from "../web/desk.ts";
import { address } from "../web/paging.ts";
import { countSaved } from "./count-saved.ts";
import { facetLinks } from "./facet-links.ts";
import type { Asker } from "./field-sql.ts";
import { readPlace, writePlace } from "./page-place.ts";
import { printQuery } from "./print-query.ts";
import type { Query, QueryMistake, Sort } from "./query.ts";
import { readFound, readSnippets } from "./read-found.ts";
import { readQuery } from "./read-query.ts";
import { type Found, searchTickets } from "./search-tickets.ts";
import { showMistake } from "./show-mistake.ts";

/** GET /search: the box, what was found with its snippets and facets, or what is wrong with the search. */
export function searchPage(desk: Desk): Router {
  const page = Router();

  page.get("/search", async (request, response) => {
    const typed = typeof request.query.q === "string" ? request.query.q : "";
    const asker = { staffId: signedIn(request).id, now: new Date() };
    if (typed.trim() === "") {
      const saved = await countSaved(desk.db, desk.vault, asker, mostShown);
      return response.render("search/search.njk", { typed: "", examples, saved });
    }
    const read = readQuery(typed);
    if (!read.ok) return response.status(422).render("search/search.njk", mistaken(typed, read.mistake));

    const { query } = read;
    const found = await searchTickets(desk.db, desk.vault, query, {
      asker,
      after: readPlace(request.query.after, query.sort),
    });
    if (!found.ok) return response.status(422).render("search/search.njk", mistaken(typed, found.mistake));
    const [tickets, snippets, tags] = await sendTogether([
      readFound(desk.db, desk.vault, found.ids, asker.staffId),
      readSnippets(desk.db, desk.vault, found.ids, found.lexemes),
      tagNames(desk.db),
    ]);
    response.render("search/search.njk", {
      typed,
      examples,
      found,
      sort: query.sort,
      tags,
      all: wordsOfAll(found, query.sort),
      sorts: sortLinks(query, found.lexemes.length > 0),
      tickets: tickets.map((ticket) => ({
        ...ticket,
        late: isLate(ticket),
        status_words: statusWords[ticket.status as TicketStatus],
        snippet: snippets.get(ticket.id),
      })),
      facets: facetLinks(query, found.facets, found.faced),
      alone: found.hits === 0 ? await countAlone(desk, query, asker) : [],
      exports: {
        atom: address("/search.atom", { q: typed }),
        json: address("/search.json", { q: typed }),
        csv: address("/search.csv", { q: typed }),
      },
      links: {
        first: request.query.after ? address("/search", { q: typed }) : null,
        next: found.next && address("/search", { q: typed, after: writePlace(found.next) }),
      },
    });
  });

  return page;
}

const mostShown = 60;

function mistaken(typed: string, mistake: QueryMistake) {
  const mistakeShown = showMistake(typed, mistake, (q) => address("/search", { q }));
  return { typed: typed.slice(0, 2000), examples, mistake: mistakeShown };
}

const firstBy: Record<Sort, string> = {
  newest: "newest",
  oldest: "oldest",
  relevance: "most relevant",
};

/** What a bulk takes that is not about ticked tickets alone. */
function wordsOfAll({ hits, isMore, isAtMost }: Extract<Found, { ok: true }>, sort: Sort): string {
  if (isAtMost) return `All that the opened logs confirm (the ${firstBy[sort]} ${mostInBulk} at most)`;
  const number = hits.toLocaleString("en");
  if (hits <= mostInBulk) return hits === 1 ? "The one that was found" : `All ${number} found`;
  return `The ${firstBy[sort]} ${mostInBulk} of ${isMore ? `more than ${number}` : number} found`;
}

function sortLinks(query: Query, hasWords: boolean) {
  const orders = [
    ["newest", "Newest"],
    ["oldest", "Oldest"],
    ["relevance", "Most relevant"],
  ] as const;
  return orders
    .filter(([sort]) => sort !== "relevance" || hasWords)
    .map(([sort, words]) => ({
      words,
      isCurrent: sort === query.sort,
      href: address("/search", { q: printQuery({ ...query, sort }) }),
    }));
}

const mostParts = 6;

/** When nothing is found: how many tickets each part would find alone, which shows the part that is in the way. */
async function countAlone({ db, vault }: Desk, { node }: Query, asker: Asker) {
  if (node?.kind !== "all") return [];
  const parts = node.parts.slice(0, mostParts).map((part) => ({ node: part, sort: "newest" as const }));
  return await sendTogether(
    parts.map(async (part) => {
      const found = await searchTickets(db, vault, part, { asker, perPage: 0 });
      const words = printQuery(part);
      const { hits, isAtMost } = found.ok ? found : { hits: 0, isAtMost: false };
      return { words, href: address("/search", { q: words }), hits, isAtMost };
    }),
  );
}

/** Shown beside an empty box. */
const examples: [query: string, words: string][] = [
  ["wifi broadcom", "both words, in whatever message of the ticket, in any form: adapter finds adapters"],
  ['"black screen" -nvidia', "these two words side by side, without the third"],
  ["printer or scanner", "one of them"],
  ["tails:6.1..7.2 is:our-turn", "versions from 6.1 to 7.2 that wait for us"],
  ["tails:<6 wifi sort:oldest", "before Tails 6, the oldest first"],
  ["tag:wifi,-printing lang:fr", "tagged wifi and not printing, in French"],
  ["from:me@example.org", "what this address wrote"],
  ['model:"ThinkPad X220" ram:<4G', "computers whose model begins so, with less than 4 GB"],
  ["device:8086:9a49", "computers with this device"],
  ['log:"GPU hang"', "what stands in logs, side by side"],
  ["opened:2026-10.. has:attachment", "opened since October, with a file"],
  ["answered:none age:>7d is:open", "older than a week, open, and never answered"],
  ["issue:12 is:unread", "what waits for known issue 12 and you have not read yet"],
];
