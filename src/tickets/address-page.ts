import { Router } from "express";
import { signedIn } from "../staff/staff-session.ts";
import type { Desk } from "../web/desk.ts";
import { askedTicket } from "./asked-ticket.ts";
import { findPerson } from "./find-person.ts";
import { showAddress } from "./show-address.ts";

/** /tickets/:id/address: GET asks, POST shows the whole address, and the ticket's history says who looked. */
export function addressPage(desk: Desk): Router {
  const page = Router();
  const { db, vault } = desk;

  page.get("/tickets/:id/address", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    response.render("tickets/address.njk", { ticket, person: await findPerson(db, vault, ticket.id) });
  });

  page.post("/tickets/:id/address", async (request, response) => {
    const ticket = await askedTicket(desk, request);
    const address = await showAddress(db, vault, ticket.id, signedIn(request).id);
    response.render("tickets/address.njk", {
      ticket,
      address,
      person: await findPerson(db, vault, ticket.id),
    });
  });

  return page;
}
