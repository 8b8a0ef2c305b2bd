import { isId } from "../web/is-id.ts";
import type { Sort } from "./query.ts";
import type { Place } from "./search-tickets.ts";

/** Where a page begins, from `?after=…`; null for anything else: the first page. */
export function readPlace(text: unknown, sort: Sort): Place | null {
  if (typeof text !== "string" || text.length > 80) return null;
  const [value = "", id] = text.split("_");
  const form =
    sort === "relevance"
      ? /^\d(?:\.\d{1,12})?(?:e-(?:[12]?\d|3[0-7]))?$/
      : /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
  if (!form.test(value) || !isId(id)) return null;
  return sort !== "relevance" && Number.isNaN(Date.parse(value)) ? null : { value, id };
}

/** The same as text, for a link. */
export function writePlace({ value, id }: Place): string {
  return `${value}_${id}`;
}
