import type { Database } from "../database.ts";
import { printQuery } from "../search/print-query.ts";
import type { QueryNode } from "../search/query.ts";
import { readRuleSearch } from "./read-rule-search.ts";
import type { Condition } from "./rule.ts";

/** A condition as it is kept: with the ids of the queues that its search names, by their names in lower case then. */
export type KeptCondition = Condition & { queues?: Record<string, string> };

/** Notes which queues the searches name, so that a rule follows when one is renamed. No statement when none is named. */
export async function noteQueues(db: Database, conditions: Condition[]): Promise<KeptCondition[]> {
  const named = conditions.map(queuesNamedIn);
  if (named.every((names) => names.length === 0)) return conditions;
  const queues: { id: string; name: string }[] = await db("queues").select("id", "name");
  const ids = new Map(queues.map(({ id, name }) => [name.toLowerCase(), id]));
  return conditions.map((condition, row) => {
    const known = (named[row] ?? []).flatMap((name): [string, string][] => {
      const id = ids.get(name);
      return id ? [[name, id]] : [];
    });
    return known.length > 0 ? { ...condition, queues: Object.fromEntries(known) } : condition;
  });
}

/** The conditions with the names that their queues have now. One statement when a search names a queue, else none. */
export async function followQueues<Rule extends { conditions: KeptCondition[] }>(
  db: Database,
  rules: Rule[],
): Promise<(Rule & { conditions: Condition[] })[]> {
  if (!rules.some(({ conditions }) => conditions.some(({ queues }) => queues))) return rules;
  const queues: { id: string; name: string }[] = await db("queues").select("id", "name");
  const names = new Map(queues.map(({ id, name }) => [id, name]));
  return rules.map((rule) => ({
    ...rule,
    conditions: rule.conditions.map(({ queues: ids = {}, ...condition }) => ({
      ...condition,
      value: withNamesOf(condition.value, (name) => names.get(ids[name.toLowerCase()] ?? "") ?? name),
    })),
  }));
}

function queuesNamedIn({ field, value }: Condition): string[] {
  const read = field === "search" ? readRuleSearch(value) : null;
  const names: string[] = [];
  if (read?.ok && read.query.node) {
    renamed(read.query.node, (name) => {
      names.push(name.toLowerCase());
      return name;
    });
  }
  return names;
}

/** What was typed stays as it is, unless a name in it became another one. */
function withNamesOf(typed: string, nameNow: (name: string) => string): string {
  const read = readRuleSearch(typed);
  if (!read.ok || !read.query.node) return typed;
  let isOther = false;
  const node = renamed(read.query.node, (name) => {
    const now = nameNow(name);
    if (now.toLowerCase() !== name.toLowerCase()) isOther = true;
    return now;
  });
  return isOther ? printQuery({ ...read.query, node }) : typed;
}

function renamed(node: QueryNode, rename: (name: string) => string): QueryNode {
  if (node.kind === "not") return { ...node, part: renamed(node.part, rename) };
  if (node.kind === "all" || node.kind === "any") {
    return { ...node, parts: node.parts.map((part) => renamed(part, rename)) };
  }
  if (node.kind !== "field" || node.field !== "queue") return node;
  const terms = node.terms.map((term) =>
    term.value.how === "is" ? { ...term, value: { ...term.value, text: rename(term.value.text) } } : term,
  );
  return { ...node, terms };
}
