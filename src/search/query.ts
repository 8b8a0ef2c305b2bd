/** A search as it was understood. `at` is where a part begins in what was typed, in UTF-16 units. */
export type Query = { node: QueryNode | null; sort: Sort };

export type Sort = "newest" | "oldest" | "relevance";

export type QueryNode =
  | { kind: "all"; parts: QueryNode[] }
  | { kind: "any"; parts: QueryNode[] }
  | { kind: "not"; part: QueryNode }
  | { kind: "word"; text: string; at: number }
  | { kind: "phrase"; text: string; at: number }
  | { kind: "field"; field: FieldName; terms: Term[]; at: number };

/** One of the values of a field; with `without`, tickets that have it are left out. */
export type Term = { without: boolean; value: Value; at: number };

/** "none": not known, or there is none; "known": anything but that. The ends of a range are texts of the field's kind. */
export type Value =
  | { how: "is"; text: string }
  | { how: "none" | "known" }
  | { how: "range"; from: End | null; to: End | null };

export type End = { text: string; included: boolean };

export type FieldName = (typeof fieldNames)[number];
export const fieldNames = [
  "tails",
  "first",
  "is",
  "owner",
  "lang",
  "queue",
  "tag",
  "issue",
  "priority",
  "channel",
  "from",
  "stick",
  "device",
  "model",
  "ram",
  "has",
  "wb",
  "opened",
  "last",
  "age",
  "answered",
  "log",
] as const;

/** What is wrong with a search, where (in UTF-16 units), and what may have been meant. */
export type QueryMistake = { message: string; at: number; suggestion: string | null };

/** `sortAt` is where `sort:` stands; null: nobody chose an order. */
export type ReadQuery =
  | { ok: true; query: Query; sortAt: number | null }
  | { ok: false; mistake: QueryMistake };
