import type { comparisons, fields } from "./rule.ts";

/** The desk's words for what a rule looks at. */
export const fieldWords: Record<(typeof fields)[number], string> = {
  from: "address of the sender",
  subject: "subject",
  text: "text",
  tails_version: "Tails version",
  model: "computer model",
  language: "language code",
  channel: "channel",
  list_id: "mailing list",
  search: "the ticket",
};

/** The desk's words for how it compares. */
export const comparisonWords: Record<(typeof comparisons)[number], string> = {
  contains: "contains",
  is: "is",
  in_range: "lies in the range",
  fits: "fits the search",
};
