import { isId } from "../web/is-id.ts";
import type { Sort } from "./query.ts";

/** Where a page ends: the moment (in microseconds, as text) or the rank of its last ticket, and its id. */
export type Place = { value: string; id: string };

/** Where a page begins, from `?after=…`; null for anything else: the first page. */
export function readPlace(text: unknown, sort: Sort): Place | null {
  if (typeof text !== "string" || text.length > 80) return null;
  const [value = "", id] = text.split("_");
  if (!isId(id)) return null;
  const isMoment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(value) && !Number.isNaN(Date.parse(value));
  // By relevance too, where nothing that is asked for has a rank.
  const isRank = sort === "relevance" && /^\d(?:\.\d{1,12})?(?:e-(?:[12]?\d|3[0-7]))?$/.test(value);
  return isMoment || isRank ? { value, id } : null;
}

/** The same as text, for a link. */
export function writePlace({ value, id }: Place): string {
  return `${value}_${id}`;
}
