import { type Request, type Response, Router } from "express";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { readExported, toAtom, toCsv } from "./export-found.ts";
import { readQuery } from "./read-query.ts";
import { mostCounted, searchTickets } from "./search-tickets.ts";

const mostInFeed = 100;

/**
 * GET /search.atom, /search.json, /search.csv: what a search finds, for whoever is signed in and may. There is no secret
 * in the address: a feed that only an address protects would stay open wherever that address was left.
 */
export function exportPage(desk: Desk): Router {
  const page = Router();

  page.get("/search.atom", async (request, response) => {
    const found = await readFoundTickets(desk, request, response, mostInFeed);
    if (!found) return;
    const address = desk.config.PUBLIC_URL.replace(/\/$/, "");
    response
      .type("application/atom+xml")
      .send(toAtom(found.tickets, { name: desk.config.DESK_NAME, address }));
  });

  page.get("/search.json", async (request, response) => {
    const found = await readFoundTickets(desk, request, response, mostCounted);
    if (found) response.json(found);
  });

  page.get("/search.csv", async (request, response) => {
    const found = await readFoundTickets(desk, request, response, mostCounted);
    if (found) response.attachment("tickets.csv").type("text/csv").send(toCsv(found.tickets));
  });

  return page;
}

async function readFoundTickets({ db, vault }: Desk, request: Request, response: Response, perPage: number) {
  const typed = typeof request.query.q === "string" ? request.query.q : "";
  const read = readQuery(typed);
  const asker = { staffId: signedIn(request).id, now: new Date() };
  const found = read.ok ? await searchTickets(db, vault, read.query, { asker, perPage }) : read;
  if (!found.ok) {
    response
      .status(422)
      .type("text/plain")
      .send(`${found.mistake.message} (at ${found.mistake.at + 1})\n`);
    return null;
  }
  // `complete`: there are no more than these.
  return { complete: found.next === null, tickets: await readExported(db, found.ids) };
}
