import type { Knex } from "knex";
import type { Database } from "../database.ts";
import { isStateColumn, type StateChange, type StateColumn } from "./ticket-state.ts";

/** The columns of a state that an event wrote down, as values for `changeTickets`, exact to the microsecond. */
export function restoredColumns(
  trx: Database,
  state: StateChange,
): Partial<Record<StateColumn, Knex.RawBinding>> {
  const columns = Object.keys(state).filter(isStateColumn);
  return Object.fromEntries(
    columns.map((column) => [
      column,
      trx.raw(`(jsonb_populate_record(null::tickets, ?::jsonb)).${column}`, [
        JSON.stringify({ [column]: state[column] ?? null }),
      ]),
    ]),
  );
}
