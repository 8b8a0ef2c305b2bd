import type { Request } from "express";
import type { Desk } from "../web/desk.ts";
import { NotFound } from "../web/not-found.ts";
import { findTicket, type Ticket } from "./find.ts";

/** The ticket whose id stands in the address of a page; throws NotFound when there is none. */
export async function askedTicket({ db, vault }: Desk, request: Request): Promise<Ticket> {
  const ticket = await findTicket(db, vault, String(request.params.id));
  if (!ticket) throw new NotFound("No such ticket");
  return ticket;
}
