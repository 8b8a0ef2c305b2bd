import type { TicketStatus } from "./ticket.ts";

/** Columns of a ticket that the staff change, and that its history remembers. */
export const stateColumns = [
  "status",
  "our_turn_since",
  "closed_at",
  "closed_by",
  "snoozed_until",
  "owner_id",
  "queue_id",
  "priority",
  "last_version_that_worked",
  "sealed_workaround",
  "issue_url",
  "person_id",
  "person_proven",
  "recipient_open",
  "merged_into",
  "probably_of",
] as const;

export type StateColumn = (typeof stateColumns)[number];

/** The columns that say whose turn it is: they change together. */
export const turnColumns = ["status", "our_turn_since", "closed_at", "closed_by", "snoozed_until"] as const;

/**
 * What an event says that changed: columns, and `tag:<id>`, `link:<ticket id>`, `holds:<id of a merged ticket>`,
 * `split:<id of the new ticket>`, `person_queue:<person id>`, `forwarded:<id of the note>`,
 * `unopened:<id of the message>`: whether somebody decided about what was not read of it.
 */
export type StateChange = Record<string, string | boolean | null>;

export type Priority = "low" | "normal" | "high" | "urgent";
export const priorities = ["low", "normal", "high", "urgent"] as const satisfies Priority[];

/** SQL: the state of a ticket's row as JSON, the same text for the same state on every machine. */
export function stateOf(row: string): string {
  const moment = (column: string) =>
    `'${column}', to_char(${row}.${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
  const id = (column: string) => `'${column}', ${row}.${column}::text`;
  const plain = (column: string) => `'${column}', ${row}.${column}`;
  const pairs = [
    plain("status"),
    moment("our_turn_since"),
    moment("closed_at"),
    id("closed_by"),
    moment("snoozed_until"),
    id("owner_id"),
    id("queue_id"),
    plain("priority"),
    plain("last_version_that_worked"),
    `'sealed_workaround', '\\x' || encode(${row}.sealed_workaround, 'hex')`,
    plain("issue_url"),
    id("person_id"),
    plain("person_proven"),
    plain("recipient_open"),
    id("merged_into"),
    id("probably_of"),
  ];
  return `jsonb_build_object(${pairs.join(", ")})`;
}

/** Whether a column belongs to the state; anything else in a change is a tag, a link or a remembered queue. */
export function isStateColumn(key: string): key is StateColumn {
  return stateColumns.some((column) => column === key);
}

/** Statuses in which a person waits for us. */
export function isOurTurn(status: TicketStatus): boolean {
  return status === "new" || status === "open";
}
