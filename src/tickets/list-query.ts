import { z } from "zod";
import { isId } from "../web/is-id.ts";

const statuses = [
  "our_turn",
  "waiting_for_user",
  "waiting_for_fix",
  "snoozed",
  "resolved",
  "spam",
  "any",
] as const;
export type ListStatus = (typeof statuses)[number];

/** Which list of tickets: what was asked for in a way nobody links to counts as not asked. */
export const ListQuery = z.object({
  status: z.enum(statuses).catch("our_turn"),
  queue: z.string().refine(isId).nullable().catch(null),
  owner: z.enum(["me"]).nullable().catch(null),
});
