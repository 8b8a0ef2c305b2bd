import { z } from "zod";
import type { Database } from "../database.ts";
import { isId } from "./is-id.ts";

/**
 * Where a page of a list ends: the moment (to the microsecond, as text) and the id of its last row, and the rank of that row
 * where a list is sorted by rank before.
 */
export type Cursor = { moment: string; id: string; rank?: string | undefined };

const moment = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
  .refine((text) => !Number.isNaN(Date.parse(text)));
const id = z.string().refine(isId);
const Parts = z.union([z.tuple([moment, id]), z.tuple([moment, id, z.string().regex(/^\d$/)])]);

/** The cursor of a query string (`?after=…`); a bad one is no cursor: the first page. */
export function readCursor(text: unknown): Cursor | null {
  if (typeof text !== "string" || text.length > 100) return null;
  try {
    const [moment, id, rank] = Parts.parse(JSON.parse(Buffer.from(text, "base64url").toString()));
    return { moment, id, ...(rank === undefined ? {} : { rank }) };
  } catch {
    return null;
  }
}

/** The opaque text of a cursor, for a link. */
export function writeCursor(cursor: Cursor): string {
  const parts = [cursor.moment, cursor.id, ...(cursor.rank === undefined ? [] : [cursor.rank])];
  return Buffer.from(JSON.stringify(parts)).toString("base64url");
}

/**
 * SQL for the moment of a cursor: select it beside the row (`exactMoment(db, "tickets.last_message_at").as("moment")`).
 * A Date of JavaScript has milliseconds only, and would skip rows or show them twice.
 */
export function exactMoment(db: Database, column: string) {
  return db.raw(`to_char(?? at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`, [column]);
}

/** Links below a list: `first` when this is not the first page, `next` when there is more. Other parameters stay. */
export function pageLinks(
  path: string,
  query: Record<string, string | undefined>,
  after: { current: Cursor | null; next: Cursor | null },
) {
  const link = (cursor: Cursor | null) =>
    address(path, { ...query, after: cursor ? writeCursor(cursor) : undefined });
  return { first: after.current ? link(null) : null, next: after.next ? link(after.next) : null };
}

/** A path with the parameters that have a value. */
export function address(path: string, query: Record<string, string | undefined>): string {
  const parameters = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return parameters.length === 0 ? path : `${path}?${new URLSearchParams(parameters)}`;
}
