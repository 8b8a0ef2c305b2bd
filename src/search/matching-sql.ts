import type { Compiled } from "./compile-query.ts";
import { allOf, type Sql } from "./field-sql.ts";
import type { Place } from "./page-place.ts";

/** What is asked of a ticket: by its words, and by its row beside them. */
export type Condition = Pick<Compiled, "words" | "conditions">;

/**
 * Ids and moments of what matches, from a place on; with the columns of `tickets` named beside where its rows are read for
 * that anyway (`hasBeside`).
 */
export function matchingSql(
  { words, conditions }: Condition,
  after: Place | null,
  { isOldest = false, beside = [] }: { isOldest?: boolean; beside?: string[] } = {},
): Sql & { hasBeside: boolean } {
  const beyond = (moment: string, id: string): Sql[] =>
    after
      ? [
          {
            sql: `(${moment}, ${id}) ${isOldest ? ">" : "<"} (?::timestamptz, ?::bigint)`,
            bindings: [after.value, after.id],
          },
        ]
      : [];
  if (!words) {
    const where = allOf([
      { sql: "tickets.merged_into is null", bindings: [] },
      ...conditions,
      ...beyond("tickets.last_message_at", "tickets.id"),
    ]);
    const columns = ["id", "last_message_at", ...beside].join(", ");
    return { ...where, sql: `select ${columns} from tickets where ${where.sql}`, hasBeside: true };
  }
  const where = allOf([
    { sql: "words @@ ?::tsquery", bindings: [words] },
    // A merged ticket may still have a workaround of its own.
    {
      sql: "not exists (select from tickets gone where gone.id = ticket_id and gone.merged_into is not null)",
      bindings: [],
    },
    ...beyond("last_message_at", "ticket_id"),
  ]);
  const matching = `select ticket_id as id, last_message_at from search_tickets where ${where.sql}`;
  if (conditions.length === 0) return { ...where, sql: matching, hasBeside: false };
  const rest = allOf(conditions);
  const columns = ["id", "last_message_at", ...beside].map((column) => `tickets.${column}`).join(", ");
  return {
    hasBeside: true,
    // The index is followed first; walking the tickets and opening the document of each would be far slower.
    sql: `with matching as materialized (${matching})
      select ${columns} from matching join tickets on tickets.id = matching.id where ${rest.sql}`,
    bindings: [...where.bindings, ...rest.bindings],
  };
}
