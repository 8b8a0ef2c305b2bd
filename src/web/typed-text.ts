import type { Request } from "express";
import { cameFromOurs } from "./same-site.ts";

export type Typed = { name: string; text: string };

/** Shorter than this is quickly typed again. */
const worthKeeping = 16;

/**
 * What a person typed into a form that could not be taken, to copy it from the page: never a password or a token, and
 * nothing that another site wrote.
 */
export function keepTyped(request: Request): Typed[] {
  const body: unknown = request.body;
  if (typeof body !== "object" || body === null || !cameFromOurs(request)) return [];
  return Object.entries(body)
    .filter(([name]) => name !== "_csrf" && name !== "to" && !/password/i.test(name))
    .flatMap(([name, value]) =>
      typeof value === "string" && value.trim().length >= worthKeeping
        ? [{ name, text: value.replaceAll("\0", "") }]
        : [],
    );
}
