import type { Request } from "express";
import type { Desk } from "../web/desk.ts";
import { NotFound } from "../web/not-found.ts";
import { keysOfPerson, type PersonKeys } from "./keys-of-person.ts";

/** The keys of the person whose id stands in the address of a page; throws NotFound when there is no such person. */
export async function askedKeys({ db, vault }: Desk, request: Request): Promise<PersonKeys> {
  const keys = await keysOfPerson(db, vault, String(request.params.personId));
  if (!keys) throw new NotFound("No such person");
  return keys;
}
