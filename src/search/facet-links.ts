import { address } from "../web/paging.ts";
import type { Facets } from "./count-found.ts";
import { narrowQuery } from "./narrow-query.ts";
import { printQuery } from "./print-query.ts";
import type { FieldName, Query, Term } from "./query.ts";

export type FacetLinks = { heading: string; values: { words: string; tickets: number; href: string }[] };

/**
 * Facets as links: each leads to the same search, narrowed by one value. `faced`: of how many tickets; values that all of
 * them have are left out.
 */
export function facetLinks(query: Query, facets: Facets, faced: number): FacetLinks[] {
  const groups: { heading: string; field: FieldName; values: Facets["queue"] }[] = [
    { heading: "State", field: "is", values: facets.status },
    { heading: "Queue", field: "queue", values: facets.queue },
    { heading: "Tails", field: "tails", values: facets.tails },
    { heading: "Tag", field: "tag", values: facets.tag },
    { heading: "Known issue", field: "issue", values: facets.issue },
  ];
  return groups
    .map(({ heading, field, values }) => ({
      heading,
      values: values
        .filter(({ tickets }) => tickets < faced)
        .map(({ value, tickets }) => ({
          words: wordsOf(field, value),
          tickets,
          href: address("/search", { q: narrowed(query, field, termsOf(field, value)) }),
        })),
    }))
    .filter(({ values }) => values.length > 0);
}

function wordsOf(field: FieldName, value: string): string {
  if (field === "is") return states[value]?.words ?? value;
  return field === "issue" ? `#${value}` : value;
}

const states: Record<string, { words: string; terms: string[] }> = {
  new: { words: "new", terms: ["new"] },
  open: { words: "our turn again", terms: ["our-turn", "-new"] },
  waiting_for_user: { words: "waiting for the user", terms: ["waiting-for-user"] },
  waiting_for_fix: { words: "waiting for a fix", terms: ["waiting-for-fix"] },
  snoozed: { words: "snoozed", terms: ["snoozed"] },
  resolved: { words: "resolved", terms: ["resolved"] },
  spam: { words: "spam", terms: ["spam"] },
};

function termsOf(field: FieldName, value: string): Term[] {
  const texts = field === "is" ? (states[value]?.terms ?? []) : [value];
  return texts.map((text) => {
    const without = field === "is" && text.startsWith("-");
    return { without, value: { how: "is", text: without ? text.slice(1) : text }, at: 0 };
  });
}

function narrowed(query: Query, field: FieldName, terms: Term[]): string {
  return printQuery(narrowQuery(query, [{ kind: "field", field, terms, at: 0 }]));
}
