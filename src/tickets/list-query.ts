import { z } from "zod";
import { type Database, sendTogether } from "../database.ts";
import type { Asker } from "../search/field-sql.ts";
import type { Query, QueryMistake } from "../search/query.ts";
import { readCondition } from "../search/read-condition.ts";
import type { Vault } from "../vault/vault.ts";
import { isId } from "../web/is-id.ts";
import { cleanTagName, tagsNamed } from "./tags.ts";
import type { TicketFilter } from "./ticket-filter.ts";
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
  /** A search that narrows the list, as it was typed. */
  q: z
    .string()
    .transform((typed) => (typed.trim() === "" ? null : typed))
    .nullable()
    .catch(null),
});
export type ListQuery = z.infer<typeof ListQuery>;

/** What is wrong with a query for a list: names of tags that there are not, and a mistake in its search. */
export type WrongList = { unknown: string[]; mistake: QueryMistake | null };

/** The filter that a query means, and its search as it was understood; or what is wrong with it. */
export async function filterOf(
  db: Database,
  vault: Vault,
  query: ListQuery,
  asker: Asker,
): Promise<{ ok: true; filter: TicketFilter; search: Query | null } | ({ ok: false } & WrongList)> {
  const [tags, read] = await sendTogether([
    query.tag.length > 0 ? tagsNamed(db, query.tag) : [],
    query.q === null ? null : readCondition(db, vault, query.q, asker),
  ]);
  const known = new Set(tags.map(({ name }) => name.toLowerCase()));
  const unknown = query.tag.filter((name) => !known.has(name.toLowerCase()));
  if (unknown.length > 0 || read?.ok === false) {
    return { ok: false, unknown, mistake: read?.ok === false ? read.mistake : null };
  }
  return {
    ok: true,
    search: read?.query ?? null,
    filter: {
      status: query.status,
      queueId: query.queue,
      ownerId: query.owner && asker.staffId,
      tagIds: tags.map(({ id }) => id),
      priority: query.priority,
      version: query.version,
      withWorkaround: query.workaround !== null,
      byPriority: query.sort !== null,
      search: read?.condition ?? null,
    },
  };
}

/** A sentence about names of tags that there are not. */
export function unknownTags(names: string[]): string {
  const words = names.map((name) => `“${name}”`).join(" and ");
  return `There is no tag ${words}: choose one that is there`;
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
    q: query.q ?? undefined,
  };
}

function namesIn(text: string): string[] {
  const names = text.split(",").flatMap((name) => cleanTagName(name) ?? []);
  const byCase = new Map(names.map((name) => [name.toLowerCase(), name]));
  return [...byCase.values()].slice(0, mostTags);
}
