import { type Request, type Response, Router } from "express";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { allFound } from "./all-found.ts";
import { readExported, toAtom, toCsv } from "./export-found.ts";
import type { Asker } from "./field-sql.ts";
import type { Query, QueryMistake } from "./query.ts";
import { readQuery } from "./read-query.ts";
import { mostCounted, searchTickets } from "./search-tickets.ts";

const mostInFeed = 100;

/**
 * GET /search.atom, /search.json, /search.csv: what a search finds, for whoever is signed in and may. There is no secret
 * in the address: a feed that only an address protects would stay open wherever that address was left.
 */
export function exportPage(desk: Desk): Router {
  const page = Router();
  const { db, vault } = desk;
  const newest: Find = async (query, asker) => {
    // A feed is asked for again and again: for a phrase in logs it opens no more of them than a page of the search.
    const found = await searchTickets(db, vault, query, { asker, perPage: mostInFeed, mostCounted: 1 });
    return found.ok ? { ...found, isMore: found.next !== null } : found;
  };
  const all: Find = (query, asker) => allFound(db, vault, query, asker, mostCounted);

  page.get("/search.atom", async (request, response) => {
    const found = await readFoundTickets(desk, request, response, newest);
    if (!found) return;
    const address = desk.config.PUBLIC_URL.replace(/\/$/, "");
    response
      .type("application/atom+xml")
      .send(toAtom(found.tickets, { name: desk.config.DESK_NAME, address }));
  });

  page.get("/search.json", async (request, response) => {
    const found = await readFoundTickets(desk, request, response, all);
    // `complete`: there are no more than these.
    if (found) response.json({ complete: found.isComplete, tickets: found.tickets });
  });

  page.get("/search.csv", async (request, response) => {
    const found = await readFoundTickets(desk, request, response, all);
    if (!found) return;
    const name = found.isComplete ? "tickets.csv" : "tickets-not-all.csv";
    response.attachment(name).type("text/csv").send(toCsv(found.tickets));
  });

  return page;
}

type Find = (
  query: Query,
  asker: Asker,
) => Promise<{ ok: true; ids: string[]; isMore: boolean } | { ok: false; mistake: QueryMistake }>;

async function readFoundTickets({ db }: Desk, request: Request, response: Response, find: Find) {
  const typed = typeof request.query.q === "string" ? request.query.q : "";
  const read = readQuery(typed);
  const found = read.ok ? await find(read.query, { staffId: signedIn(request).id, now: new Date() }) : read;
  if (!found.ok) {
    response
      .status(422)
      .type("text/plain")
      .send(`${found.mistake.message} (at ${found.mistake.at + 1})\n`);
    return null;
  }
  return { isComplete: !found.isMore, tickets: await readExported(db, found.ids) };
}
