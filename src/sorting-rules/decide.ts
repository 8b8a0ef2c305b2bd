import type { Condition, SortingFacts } from "./rule.ts";
import { isInRange, readRange } from "./versions.ts";

/** Further into a text no rule looks. */
const longestText = 200_000;

type Decidable = { match: "all" | "any"; conditions: Condition[]; stops: boolean };

/** The rules that fit, in their order, up to and with the first that stops. `searchFits` tells it of the ticket. */
export function fittingRules<Rule extends Decidable>(
  rules: Rule[],
  facts: SortingFacts,
  searchFits: (typed: string) => boolean,
): Rule[] {
  const compared: Record<string, string> = Object.fromEntries(
    Object.entries(facts).map(([field, value]) => [field, fold(value ?? "")]),
  );
  const fitting: Rule[] = [];
  for (const rule of rules) {
    const fits = (condition: Condition) =>
      condition.field === "search"
        ? searchFits(condition.value)
        : conditionFits(condition, compared[condition.field] ?? "");
    if (!(rule.match === "all" ? rule.conditions.every(fits) : rule.conditions.some(fits))) continue;
    fitting.push(rule);
    if (rule.stops) break;
  }
  return fitting;
}

function conditionFits({ how, value }: Condition, fact: string): boolean {
  if (fact === "") return false;
  if (how === "in_range") return isInRange(fact, readRange(value) ?? [{ sign: "<", version: "0" }]);
  return how === "is" ? fact === fold(value) : fact.includes(fold(value));
}

function fold(text: string): string {
  return text.slice(0, longestText).normalize("NFKC").toLowerCase().replace(/\s+/gu, " ").trim();
}

export type Wanted = {
  queueId: string | null;
  tags: { id: string | null; name: string }[];
  priority: "low" | "normal" | "high" | "urgent" | null;
  ownerId: string | null;
};

/** What several rules want together: of queue, priority and owner the first counts, tags add up. */
export function wantedBy(
  rules: {
    queueId: string | null;
    tag: string | null;
    tagId?: string | null;
    priority: Wanted["priority"];
    ownerId: string | null;
  }[],
): Wanted {
  const wanted: Wanted = { queueId: null, tags: [], priority: null, ownerId: null };
  for (const rule of rules) {
    wanted.queueId ??= rule.queueId;
    wanted.priority ??= rule.priority;
    wanted.ownerId ??= rule.ownerId;
    if (rule.tag) wanted.tags.push({ id: rule.tagId ?? null, name: rule.tag });
  }
  return wanted;
}
