import { fieldNode, narrowQuery } from "../search/narrow-query.ts";
import { printQuery } from "../search/print-query.ts";
import type { Query, QueryNode } from "../search/query.ts";
import { readQuery } from "../search/read-query.ts";
import type { ListQuery, ListStatus } from "./list-query.ts";

/**
 * The search that finds what a list holds; null where the language cannot say it: a last version that worked, a
 * workaround, a name with quotation marks in it, or everything. `narrowing`: what the search of the list was understood as.
 */
export function listAsSearch(
  asked: ListQuery,
  queueName: string | undefined,
  narrowing: Query | null,
): string | null {
  if (asked.version || asked.workaround || (asked.queue && !queueName)) return null;
  const state = states[asked.status];
  const parts: QueryNode[] = [
    ...(state ? [fieldNode("is", state)] : []),
    ...(queueName ? [fieldNode("queue", queueName)] : []),
    ...(asked.owner ? [fieldNode("owner", "me")] : []),
    ...asked.tag.map((name) => fieldNode("tag", name)),
    ...(asked.priority ? [fieldNode("priority", asked.priority)] : []),
    ...(narrowing?.node ? [narrowing.node] : []),
  ];
  const words = printQuery(narrowQuery({ node: null, sort: "newest" }, parts));
  const again = readQuery(words);
  return words && again.ok && printQuery(again.query) === words ? words : null;
}

const states: Record<ListStatus, string | null> = {
  our_turn: "our-turn",
  waiting_for_user: "waiting-for-user",
  waiting_for_fix: "waiting-for-fix",
  snoozed: "snoozed",
  resolved: "resolved",
  spam: "spam",
  any: null,
};
