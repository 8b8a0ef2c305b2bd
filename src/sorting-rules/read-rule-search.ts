import type { FieldName, QueryMistake, QueryNode, ReadQuery, Term } from "../search/query.ts";
import { readQuery } from "../search/read-query.ts";

/**
 * Reads the search of a rule. A mail is asked once, when it opens a ticket: what is the same for each new ticket, or would
 * be another thing tomorrow or for another reader, is a mistake that names the part.
 */
export function readRuleSearch(typed: string): ReadQuery {
  const read = readQuery(typed);
  if (!read.ok) return read;
  const mistake =
    read.sortAt === null
      ? read.query.node && refusedIn(read.query.node)
      : refusal("sort:", "one ticket has no order", read.sortAt);
  return mistake ? { ok: false, mistake } : read;
}

function refusedIn(node: QueryNode): QueryMistake | null {
  if (node.kind === "word" || node.kind === "phrase") return null;
  if (node.kind === "not") return refusedIn(node.part);
  if (node.kind !== "field") return first(node.parts.map(refusedIn));
  const why = sameForAll[node.field];
  if (why) return refusal(`${node.field}:`, why, node.at);
  return first(node.terms.map((term) => refusedTerm(node.field, term)));
}

function refusedTerm(field: FieldName, { value, at }: Term): QueryMistake | null {
  if (field === "opened") {
    const day = relativeIn(value);
    return day
      ? refusal(`opened:${day}`, "each new ticket was opened today. Write the day as a date", at)
      : null;
  }
  if (value.how !== "is") return null;
  const why = sameValues[field]?.(value.text);
  return why ? refusal(`${field}:${value.text}`, why, at) : null;
}

function relativeIn(value: Term["value"]): string | null {
  const ends = value.how === "range" ? [value.from, value.to] : [value.how === "is" ? value : null];
  return ends.find((end) => /^(?:today|yesterday)$/i.test(end?.text ?? ""))?.text ?? null;
}

function refusal(part: string, why: string, at: number): QueryMistake {
  return { message: `\`${part}\` says nothing in a rule: ${why}`, at, suggestion: null };
}

function first(mistakes: (QueryMistake | null)[]): QueryMistake | null {
  return mistakes.find((mistake) => mistake !== null) ?? null;
}

const sameForAll: Record<string, string> = {
  owner: "a new ticket has no owner yet",
  tag: "a new ticket has no tag yet, because all rules are asked before one of them sorts it",
  issue: "nobody has named the known issue of a new ticket yet",
  priority: "each new ticket has normal priority until the rules are asked",
  last: "a new ticket has one message. Its day is found by `opened:`",
  age: "a new ticket is some seconds old, and rules are not asked again",
  answered: "nobody has answered a new ticket yet",
};

const isNew =
  "each new ticket is open, our turn, read by nobody and nobody’s. What differs between them is `is:encrypted`";
const isMail = "rules sort mail and reports. Write `channel:mail` or `channel:whisperback`";
const isEmpty = "a new ticket has no answer and no note yet";

const sameValues: Partial<Record<FieldName, (value: string) => string | null>> = {
  is: (state) => (state === "encrypted" ? null : isNew),
  has: (thing) => (thing === "answer" || thing === "note" ? isEmpty : null),
  channel: (channel) => (channel === "mail" || channel === "whisperback" ? null : isMail),
};
