import type { FieldName } from "./query.ts";
import { readAge, readDay, readIssue, readSize } from "./query-values.ts";

/** What a field takes: how a value is checked, whether it has an order, and how to write it. */
export type FieldKind = {
  /** Values that are compared: `<`, `>=` and `..` may be used. */
  ordered: boolean;
  /** Whether `none` and `known` mean something. */
  mayLack: boolean;
  /** Null: the value is fine; else what it should be. */
  wrong(text: string): string | null;
  choices?: readonly string[];
};

export const states = [
  "open",
  "closed",
  "our-turn",
  "new",
  "waiting",
  "waiting-for-user",
  "waiting-for-fix",
  "snoozed",
  "resolved",
  "spam",
  "unassigned",
  "encrypted",
  "unread",
] as const;
export const things = ["logs", "attachment", "key", "email", "answer", "note"] as const;
const priorities = ["low", "normal", "high", "urgent"] as const;
const channels = ["whisperback", "mail", "phone", "chat", "in_person"] as const;

const matching = (pattern: RegExp, otherwise: string) => (text: string) =>
  pattern.test(text) ? null : otherwise;
const reading = (read: (text: string) => unknown, otherwise: string) => (text: string) =>
  read(text) === null ? otherwise : null;

const version: FieldKind = {
  ordered: true,
  mayLack: true,
  wrong: matching(/^\d{1,6}(?:\.\d{1,6}){0,3}(?:~[a-z0-9]{1,12})?$/i, "a version such as 6.10 or 7.0~rc1"),
};
const day: FieldKind = {
  ordered: true,
  mayLack: false,
  wrong: reading(readDay, "a date such as 2026, 2026-10 or 2026-10-05"),
};
const age: FieldKind = {
  ordered: true,
  mayLack: false,
  wrong: reading(readAge, "a time such as 30min, 2h, 7d, 3w or 1y"),
};
const name: FieldKind = { ordered: false, mayLack: true, wrong: () => null };
const oneOf = (choices: readonly string[]): FieldKind => ({
  ordered: false,
  mayLack: false,
  choices,
  wrong: (text) => (choices.includes(text.toLowerCase()) ? null : `one of ${choices.join(", ")}`),
});

export const fields: Record<FieldName, FieldKind> = {
  tails: version,
  first: version,
  is: oneOf(states),
  owner: name,
  lang: {
    ordered: false,
    mayLack: true,
    wrong: matching(/^[a-z]{2,3}(?:-[a-z]{2,4})?$/i, "the code of a language, such as fr"),
  },
  queue: { ...name, mayLack: false },
  tag: name,
  issue: {
    ordered: false,
    mayLack: true,
    wrong: reading(
      readIssue,
      "the number of a known issue such as 12 or tails/tails#12, or its whole address",
    ),
  },
  priority: oneOf(priorities),
  channel: oneOf(channels),
  from: {
    ordered: false,
    mayLack: true,
    wrong: matching(
      /^(?:[^@\s]{1,200}|"[^"\\]{1,64}")@[^@\s]{1,200}$/,
      "a whole address such as me@example.org",
    ),
  },
  stick: {
    ordered: false,
    mayLack: true,
    wrong: matching(/^same-as:\d{1,18}$/i, "same-as: and the number of a ticket, such as same-as:1234"),
  },
  device: {
    ordered: false,
    mayLack: false,
    wrong: matching(/^[0-9a-f]{4}:[0-9a-f]{4}$/i, "the two numbers of a device, such as 8086:9a49"),
  },
  model: name,
  ram: { ordered: true, mayLack: true, wrong: reading(readSize, "a size such as 4G or 512M") },
  has: oneOf(things),
  wb: {
    ordered: false,
    mayLack: true,
    wrong: matching(/^[0-9a-f]{6,32}$/i, "at least the first 6 signs of a WhisperBack id"),
  },
  opened: day,
  last: day,
  age,
  answered: { ...age, mayLack: true },
  log: { ordered: false, mayLack: false, wrong: () => null },
};

/** Names that people may know from elsewhere: what to say about them. */
export const otherFields: Record<string, string> = {
  status: "whose turn it is and what is done are found by `is:`",
  subject: "words are found in subjects and messages alike: leave the field out",
  body: "words are found in subjects and messages alike: leave the field out",
  to: "all mail goes to the desk; who wrote is found by `from:`",
  version: "the version is found by `tails:`",
  date: "the days are found by `opened:` and `last:`",
};
