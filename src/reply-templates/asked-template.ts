import type { Request } from "express";
import type { Database } from "../database.ts";
import { NotFound } from "../web/not-found.ts";
import { findTemplate } from "./find.ts";

export type AskedTemplate = NonNullable<Awaited<ReturnType<typeof findTemplate>>>;

/** The template that the address names, or the page "not found". */
export async function askedTemplate(db: Database, request: Request): Promise<AskedTemplate> {
  const template = await findTemplate(db, request.params.id);
  if (!template) throw new NotFound("No such template answer");
  return template;
}
