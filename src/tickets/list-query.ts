import { z } from "zod";
import type { Database } from "../database.ts";
import { isId } from "../web/is-id.ts";
import type { TicketFilter } from "./list.ts";
import { cleanTagName, tagsNamed } from "./tags.ts";
import { priorities } from "./ticket-state.ts";

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

/** More tags at once than somebody means. */
const mostTags = 5;

/** Which list of tickets: what was asked for in a way nobody links to counts as not asked. */
export const ListQuery = z.object({
  status: z.enum(statuses).catch("our_turn"),
  queue: z.string().refine(isId).nullable().catch(null),
  owner: z.enum(["me"]).nullable().catch(null),
  /** Names with commas between, in one field or several. */
  tag: z
    .preprocess((value) => [value].flat().join(","), z.string().max(400))
    .transform(namesIn)
    .catch([]),
  priority: z.enum(priorities).nullable().catch(null),
  version: z
    .string()
    .regex(/^[^\s\p{Cc}][^\p{Cc}]{0,39}$/u)
    .nullable()
    .catch(null),
  workaround: z.enum(["yes"]).nullable().catch(null),
  sort: z.enum(["priority"]).nullable().catch(null),
});
export type ListQuery = z.infer<typeof ListQuery>;

/** The filter that a query means; null with the names of tags that there are not. */
export async function filterOf(
  db: Database,
  query: ListQuery,
  staffId: string,
): Promise<{ filter: TicketFilter; unknown: [] } | { filter: null; unknown: string[] }> {
  const tags = query.tag.length > 0 ? await tagsNamed(db, query.tag) : [];
  const known = new Set(tags.map(({ name }) => name.toLowerCase()));
  const unknown = query.tag.filter((name) => !known.has(name.toLowerCase()));
  if (unknown.length > 0) return { filter: null, unknown };
  return {
    unknown: [],
    filter: {
      status: query.status,
      queueId: query.queue,
      ownerId: query.owner && staffId,
      tagIds: tags.map(({ id }) => id),
      priority: query.priority,
      version: query.version,
      withWorkaround: query.workaround !== null,
      byPriority: query.sort !== null,
    },
  };
}

/** The same as parameters of an address. */
export function parametersOf(query: ListQuery): Record<string, string | undefined> {
  return {
    status: query.status,
    queue: query.queue ?? undefined,
    owner: query.owner ?? undefined,
    tag: query.tag.join(",") || undefined,
    priority: query.priority ?? undefined,
    version: query.version ?? undefined,
    workaround: query.workaround ?? undefined,
    sort: query.sort ?? undefined,
  };
}

function namesIn(text: string): string[] {
  const names = text.split(",").flatMap((name) => cleanTagName(name) ?? []);
  const byCase = new Map(names.map((name) => [name.toLowerCase(), name]));
  return [...byCase.values()].slice(0, mostTags);
}
