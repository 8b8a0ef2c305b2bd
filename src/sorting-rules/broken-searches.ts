import type { Database } from "../database.ts";
import type { QueryMistake } from "../search/query.ts";
import type { Vault } from "../vault/vault.ts";
import { askSearches, searchesOf } from "./ask-searches.ts";
import type { Condition } from "./rule.ts";

/** A search of a rule that cannot be asked, such as one that names a queue which is not there any more. */
export type BrokenSearch = { row: number; typed: string; mistake: QueryMistake };

/** Asks the searches of rules about the newest ticket, as the next mail will. Gives what is broken in one of the rules. */
export async function brokenSearches<Rule extends { conditions: Condition[] }>(
  db: Database,
  vault: Vault,
  rules: Rule[],
): Promise<(rule: Rule) => BrokenSearch[]> {
  if (searchesOf(rules).size === 0) return () => [];
  const newest = await db("tickets").max<{ id: string | null }>("id as id").first();
  const answers = await askSearches(db, vault, rules, newest?.id ? [newest.id] : []);
  return ({ conditions }) =>
    conditions.flatMap(({ field, value }, row) => {
      const answer = field === "search" ? answers.get(value) : undefined;
      return answer?.ok === false ? [{ row, typed: value, mistake: answer.mistake }] : [];
    });
}
