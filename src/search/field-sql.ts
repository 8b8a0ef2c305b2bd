import { hashesOfAddress } from "../people/person-of-address.ts";
import type { Vault } from "../vault/vault.ts";
import { nearestName } from "./nearest-name.ts";
import type { End, FieldName, Value } from "./query.ts";
import { Mistake } from "./query-mistake.ts";
import { readAge, readDay, readIssue, readSize } from "./query-values.ts";
import { unreadSql } from "./unread-sql.ts";

export type Sql = { sql: string; bindings: Binding[] };
export type Binding = string | number | boolean | Date | Buffer | string[] | Buffer[];
export type Asker = { staffId: string; now: Date };
/** The names that a search may mean, in lower case, with their ids, and the versions. */
export type Names = {
  queues: Map<string, string>;
  staff: Map<string, string>;
  tags: Map<string, string>;
  versions: VersionsOf;
};
/** Those that tickets have, of this version or range. */
export type VersionsOf = (field: VersionField, value: Value) => string[];
export type VersionField = "tails" | "first";

/** What `field:value` asks of a row of `tickets`; throws `Mistake` for a name that nobody and nothing has. */
export function fieldSql(
  field: Exclude<FieldName, "log" | "device">,
  value: Value,
  at: number,
  context: { vault: Vault; asker: Asker; names: Names },
): Sql {
  const { vault, asker, names } = context;
  switch (field) {
    case "tails":
    case "first":
      return versionSql(field, value, names);
    case "is":
      if (textOf(value) === "unread") {
        const { staffId } = asker;
        return { sql: unreadSql("?"), bindings: [staffId, staffId, staffId] };
      }
      return plain(stateSql[textOf(value)] ?? "false");
    case "has":
      throw new Error("This is told by marks");
    case "owner":
      if (value.how !== "is") return knownSql("tickets.owner_id", value);
      if (value.text.toLowerCase() === "me")
        return { sql: "tickets.owner_id = ?", bindings: [asker.staffId] };
      return { sql: "tickets.owner_id = ?", bindings: [idOf("colleague", names.staff, value.text, at)] };
    case "queue":
      return { sql: "tickets.queue_id = ?", bindings: [idOf("queue", names.queues, textOf(value), at)] };
    case "tag":
      return tagSql(value, names, at);
    case "issue":
      return issueSql(value);
    case "lang":
      if (value.how !== "is") return knownSql("tickets.language", value);
      return { sql: "tickets.language = ?", bindings: [value.text.toLowerCase()] };
    case "priority":
      return { sql: "tickets.priority = ?", bindings: [textOf(value)] };
    case "channel":
      return { sql: "tickets.channel = ?", bindings: [textOf(value)] };
    case "from":
      return fromSql(vault, value);
    case "stick":
      if (value.how !== "is") return knownSql("tickets.stick_hash", value);
      return {
        sql: "tickets.stick_hash = (select stick_hash from tickets same where same.id = ?)",
        bindings: [value.text.slice("same-as:".length)],
      };
    case "model":
      if (value.how !== "is") return knownSql("tickets.model", value);
      return {
        sql: "lower(tickets.model) like lower(?)",
        bindings: [`${value.text.replaceAll(/[\\%_]/g, "\\$&")}%`],
      };
    case "wb":
      if (value.how !== "is") return knownSql("tickets.whisperback_id", value);
      return { sql: "tickets.whisperback_id like ?", bindings: [`${value.text.toLowerCase()}%`] };
    case "ram":
      return ramSql(value);
    case "opened":
      return daySql("tickets.opened_at", value, asker.now);
    case "last":
      return daySql("tickets.last_message_at", value, asker.now);
    case "age":
      return ageSql(value, asker.now);
    case "answered":
      return answeredSql(value);
  }
}

const stateSql: Record<string, string> = {
  open: "tickets.status in ('new', 'open', 'waiting_for_user', 'waiting_for_fix', 'snoozed')",
  closed: "tickets.status in ('resolved', 'spam')",
  "our-turn": "tickets.our_turn_since is not null",
  new: "tickets.status = 'new'",
  waiting: "tickets.status in ('waiting_for_user', 'waiting_for_fix')",
  "waiting-for-user": "tickets.status = 'waiting_for_user'",
  "waiting-for-fix": "tickets.status = 'waiting_for_fix'",
  snoozed: "tickets.status = 'snoozed'",
  resolved: "tickets.status = 'resolved'",
  spam: "tickets.status = 'spam'",
  unassigned: "tickets.owner_id is null",
};

function plain(sql: string): Sql {
  return { sql, bindings: [] };
}

function textOf(value: Value): string {
  if (value.how !== "is") throw new Error("This field takes no ranges");
  return value.text;
}

function knownSql(column: string, value: Value): Sql {
  return plain(`${column} is ${value.how === "none" ? "null" : "not null"}`);
}

function idOf(what: string, names: Map<string, string>, text: string, at: number): string {
  const id = names.get(text.toLowerCase());
  if (id) return id;
  const near = nearestName(text, [...names.keys()]);
  throw new Mistake(`No ${what} “${text.slice(0, 40)}”${near ? ` — did you mean “${near}”?` : ""}`, at, null);
}

function tagSql(value: Value, names: Names, at: number): Sql {
  const any = "exists (select from ticket_tags where ticket_id = tickets.id)";
  if (value.how === "none") return plain(`not ${any}`);
  if (value.how !== "is") return plain(any);
  return {
    sql: "exists (select from ticket_tags where ticket_id = tickets.id and tag_id = ?)",
    bindings: [idOf("tag", names.tags, value.text, at)],
  };
}

/** The database alone reads addresses: the ticket's own and what was typed, in one way. */
function issueSql(value: Value): Sql {
  if (value.how !== "is") return knownSql("tickets.issue_address", value);
  const issue = readIssue(value.text) ?? { number: "0", before: "" };
  if ("address" in issue) {
    return { sql: "tickets.issue_address = (read_issue(?)).address", bindings: [issue.address] };
  }
  const { number, before } = issue;
  if (!before) return { sql: "tickets.issue_number = ?", bindings: [number] };
  return {
    sql: "tickets.issue_number = ? and position('/' || lower(?) || '/' in '/' || tickets.issue_address || '/') > 0",
    bindings: [number, before],
  };
}

function fromSql(vault: Vault, value: Value): Sql {
  if (value.how !== "is") return knownSql("tickets.person_id", value);
  return {
    sql: `tickets.id = any (array(
      select found.id from people join tickets found on found.person_id = people.id where address_hash = any(?)
      union select ticket_id from people join messages on messages.person_id = people.id where address_hash = any(?)))`,
    bindings: [hashesOfAddress(vault, value.text), hashesOfAddress(vault, value.text)],
  };
}

function versionSql(field: VersionField, value: Value, { versions }: Names): Sql {
  const column = versionColumns[field];
  if (value.how === "none" || value.how === "known") return knownSql(`tickets.${column}`, value);
  const list = [...versions(field, value)];
  if (list.length === 1) return { sql: `tickets.${column} = ?`, bindings: list };
  // From nine values on PostgreSQL looks them up in a hash table: half the time for ten thousands of tickets.
  while (list.length > 0 && list.length < 9) list.push("");
  return { sql: `tickets.${column} = any (?::text[])`, bindings: [list] };
}

export const versionColumns = { tails: "tails_version", first: "installed_version" } as const;

function ramSql(value: Value): Sql {
  const has = (
    condition: string,
  ) => `exists (select from messages join reports on reports.message_id = messages.id
    where messages.ticket_id = tickets.id and ${condition})`;
  if (value.how === "known") return plain(has("ram_mb is not null"));
  if (value.how === "none") return plain(`not ${has("ram_mb is not null")}`);
  if (value.how === "is") {
    // A computer of 4 GB reports a little less.
    const size = readSize(value.text) ?? 0;
    return { sql: has("ram_mb between ? and ?"), bindings: [Math.round(size * 0.9), Math.round(size * 1.1)] };
  }
  const inside = between(rangeOf(value), (end, sign) => ({
    sql: `ram_mb ${sign} ?`,
    bindings: [readSize(end.text) ?? 0],
  }));
  return { sql: has(inside.sql), bindings: inside.bindings };
}

function daySql(column: string, value: Value, now: Date): Sql {
  if (value.how === "is") {
    const day = readDay(value.text, now);
    return { sql: `${column} >= ? and ${column} < ?`, bindings: [day?.from ?? now, day?.to ?? now] };
  }
  if (value.how !== "range") return plain(`${column} is not null`);
  return between(value, (end, sign) => {
    const day = readDay(end.text, now);
    const isAfter = sign === ">" || sign === "<=";
    return {
      sql: `${column} ${sign.startsWith(">") ? ">=" : "<"} ?`,
      bindings: [(isAfter ? day?.to : day?.from) ?? now],
    };
  });
}

/** The older a ticket is, the earlier it was opened. A value alone means at most so old. */
function ageSql(value: Value, now: Date): Sql {
  const opened = (text: string) => new Date(now.getTime() - (readAge(text) ?? 0) * 1000);
  const opposite = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" } as const;
  return between(atMost(value), (end, sign) => ({
    sql: `tickets.opened_at ${opposite[sign]} ?`,
    bindings: [opened(end.text)],
  }));
}

function answeredSql(value: Value): Sql {
  return between(atMost(value), (end, sign) => ({
    sql: `tickets.first_answered_at - tickets.opened_at ${sign} make_interval(secs => ?)`,
    bindings: [readAge(end.text) ?? 0],
  }));
}

/** Several conditions as one. */
export function allOf(parts: Sql[]): Sql {
  return {
    sql: parts.map(({ sql }) => `(${sql})`).join(" and "),
    bindings: parts.flatMap(({ bindings }) => bindings),
  };
}

type Range = Extract<Value, { how: "range" }>;

function atMost(value: Value): Range {
  if (value.how === "range") return value;
  return { how: "range", from: null, to: { text: textOf(value), included: true } };
}

function rangeOf(value: Value): Range {
  if (value.how !== "range") throw new Error("This is no range");
  return value;
}

function between(value: Range, side: (end: End, sign: "<" | "<=" | ">" | ">=") => Sql): Sql {
  const sides = [
    value.from && side(value.from, value.from.included ? ">=" : ">"),
    value.to && side(value.to, value.to.included ? "<=" : "<"),
  ].filter((each) => each !== null);
  return {
    sql: sides.map(({ sql }) => sql).join(" and "),
    bindings: sides.flatMap(({ bindings }) => bindings),
  };
}
