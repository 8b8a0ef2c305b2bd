import type { Database } from "#src/database.ts";
import { tokensOfPhrase } from "#src/logs/tokens-of-log.ts";
import type { FieldName, QueryNode, Term, Value } from "#src/search/query.ts";
import { compareVersions } from "#src/sorting-rules/versions.ts";

/** A ticket as the oracle sees it: opened, with nothing but plain values. */
export type PlainTicket = {
  id: string;
  status: string;
  language: string | null;
  tails: string | null;
  first: string | null;
  model: string | null;
  ramMb: number | null;
  owner: string | null;
  queue: string;
  tags: string[];
  /** The address of its known issue. */
  issue: string | null;
  priority: string;
  channel: string;
  address: string | null;
  stick: string | null;
  whisperbackId: string | null;
  openedAt: Date;
  lastMessageAt: Date;
  answeredAt: Date | null;
  encrypted: boolean;
  hasLogs: boolean;
  hasFile: boolean;
  hasNote: boolean;
  /** Who wrote each message (null: no colleague), how many of them "me" was shown, and whether it is from my time. */
  writers: (string | null)[];
  shown: number;
  isOfMyTime: boolean;
  texts: PlainText[];
  logTexts: string[];
};

/** A text in the words that PostgreSQL splits it into: as written, and by the stems of its language. */
export type PlainText = { isLog: boolean; written: Placed[]; stems: Placed[] };
export type Placed = { lexeme: string; at: number };

/** What a word or phrase becomes in each dictionary, by the same function of PostgreSQL that splits texts. */
export type Split = (configuration: string, text: string) => Placed[];

const stemmers = ["arabic", "german", "english", "spanish", "french", "italian", "portuguese", "russian"];
const hour = 3600;
const units: Record<string, number> = { min: 60, h: hour, d: 24 * hour, w: 168 * hour, y: 8760 * hour };

/** Splits a text as PostgreSQL does, for texts that a test has opened. */
export async function splitAll(
  db: Database,
  wanted: [configuration: string, text: string][],
): Promise<Split> {
  const { rows } = await db.raw(
    `select place, (select json_agg(json_build_object('lexeme', lexeme, 'at', at)) from
       unnest(to_tsvector(configuration::regconfig, text)) as each (lexeme, positions, weights), unnest(positions) at) as placed
     from unnest(?::text[], ?::text[]) with ordinality as piece (configuration, text, place) order by place`,
    [wanted.map(([configuration]) => configuration), wanted.map(([, text]) => text)],
  );
  const known = new Map(
    wanted.map(([configuration, text], place) => [`${configuration} ${text}`, rows[place].placed ?? []]),
  );
  return (configuration, text) => {
    const placed = known.get(`${configuration} ${text}`);
    if (!placed) throw new Error(`Nobody split ${configuration} ${text}`);
    return placed;
  };
}

/** All that a search has to be split for. */
export function piecesOf(node: QueryNode | null): [string, string][] {
  if (!node) return [];
  if (node.kind === "word") return ["simple", ...stemmers].map((each) => [each, node.text]);
  if (node.kind === "phrase") return [["simple", node.text]];
  if (node.kind === "not") return piecesOf(node.part);
  if (node.kind === "all" || node.kind === "any") return node.parts.flatMap(piecesOf);
  if (node.field !== "log" && node.field !== "device") return [];
  return node.terms.flatMap(({ value }) =>
    tokensOfPhrase(textOf(value)).map((token): [string, string] => ["simple", token]),
  );
}

/** The slow and obvious answer to a search. */
export function matches(
  node: QueryNode | null,
  ticket: PlainTicket,
  context: { split: Split; me: string; now: Date; all: PlainTicket[] },
): boolean {
  if (!node) return true;
  switch (node.kind) {
    case "all":
      return node.parts.every((part) => matches(part, ticket, context));
    case "any":
      return node.parts.some((part) => matches(part, ticket, context));
    case "not":
      return !matches(node.part, ticket, context);
    case "phrase":
      return ticket.texts.some((text) => stands(context.split("simple", node.text), both(text)));
    case "word":
      return ticket.texts.some((text) =>
        ["simple", ...stemmers].some((configuration) => {
          const wanted = context.split(configuration, node.text);
          return wanted.length > 0 && stands(wanted, both(text));
        }),
      );
    case "field": {
      const has = (term: Term) => hasValue(node.field, term.value, ticket, context);
      const wanted = node.terms.filter(({ without }) => !without);
      return (
        (wanted.length === 0 || wanted.some(has)) && !node.terms.some((term) => term.without && has(term))
      );
    }
  }
}

/** A word as it is written and its basic form stand at the same place. */
function both({ written, stems }: PlainText): Placed[] {
  return [...written, ...stems];
}

/** Whether lexemes stand in a text with the distances that they have among themselves. */
function stands(wanted: Placed[], text: Placed[]): boolean {
  const [first] = wanted.toSorted((one, other) => one.at - other.at);
  if (!first) return false;
  return text
    .filter(({ lexeme }) => lexeme === first.lexeme)
    .some(({ at }) =>
      wanted.every((each) =>
        text.some((one) => one.lexeme === each.lexeme && one.at - at === each.at - first.at),
      ),
    );
}

function hasValue(
  field: FieldName,
  value: Value,
  ticket: PlainTicket,
  context: { split: Split; me: string; now: Date; all: PlainTicket[] },
): boolean {
  const known = (it: unknown) => (it !== null && it !== undefined) === (value.how === "known");
  const text = textOf(value);
  switch (field) {
    case "tails":
    case "first":
      return versionHas(value, ticket[field]);
    case "is":
      return text === "unread" ? isUnread(ticket, context.me) : stateHas(text, ticket);
    case "issue":
      return value.how === "is" ? issueHas(text, ticket.issue) : known(ticket.issue);
    case "owner":
      return value.how === "is" ? ticket.owner === (text === "me" ? context.me : text) : known(ticket.owner);
    case "lang":
      return value.how === "is" ? ticket.language === text : known(ticket.language);
    case "queue":
      return ticket.queue.toLowerCase() === text.toLowerCase();
    case "tag":
      if (value.how === "is") return ticket.tags.includes(text);
      return ticket.tags.length > 0 === (value.how === "known");
    case "priority":
    case "channel":
      return ticket[field] === text;
    case "from":
      return value.how === "is" ? ticket.address === text : known(ticket.address);
    case "stick": {
      if (value.how !== "is") return known(ticket.stick);
      const other = context.all.find(({ id }) => `same-as:${id}` === text);
      return ticket.stick !== null && ticket.stick === other?.stick;
    }
    case "model":
      if (value.how !== "is") return known(ticket.model);
      return ticket.model?.toLowerCase().startsWith(text.toLowerCase()) ?? false;
    case "wb":
      if (value.how !== "is") return known(ticket.whisperbackId);
      return ticket.whisperbackId?.startsWith(text) ?? false;
    case "ram":
      if (value.how === "none" || value.how === "known") return known(ticket.ramMb);
      if (ticket.ramMb === null) return false;
      if (value.how === "is") return Math.abs(ticket.ramMb - sizeOf(text)) <= sizeOf(text) * 0.1;
      return inRange(value, (end) => (ticket.ramMb ?? 0) - sizeOf(end));
    case "has":
      return thingHas(text, ticket);
    case "opened":
      return dayHas(value, ticket.openedAt);
    case "last":
      return dayHas(value, ticket.lastMessageAt);
    case "age": {
      const age = (context.now.getTime() - ticket.openedAt.getTime()) / 1000;
      return value.how === "is" ? age <= secondsOf(text) : inRange(value, (end) => age - secondsOf(end));
    }
    case "answered": {
      if (value.how === "none" || value.how === "known") return known(ticket.answeredAt);
      if (!ticket.answeredAt) return false;
      const took = (ticket.answeredAt.getTime() - ticket.openedAt.getTime()) / 1000;
      return value.how === "is" ? took <= secondsOf(text) : inRange(value, (end) => took - secondsOf(end));
    }
    case "device":
    case "log":
      return logHas(text.toLowerCase(), ticket, context.split, field === "log");
  }
}

function textOf(value: Value): string {
  return value.how === "is" ? value.text : "";
}

/** Each word among the words of logs; several together also as they stand in an opened log. */
function logHas(text: string, ticket: PlainTicket, split: Split, isPhrase: boolean): boolean {
  const tokens = tokensOfPhrase(text);
  const logs = ticket.texts.filter(({ isLog }) => isLog);
  const all = tokens.every((token) => logs.some(({ written }) => stands(split("simple", token), written)));
  if (!all || !isPhrase || (tokens.length === 1 && tokens[0] === text)) return all;
  const plain = (each: string) => each.toLowerCase().replace(/\s+/g, " ");
  return ticket.logTexts.some((each) => plain(each).includes(plain(text)));
}

function inRange(value: Value, difference: (end: string) => number): boolean {
  if (value.how !== "range") return false;
  const { from, to } = value;
  const above = !from || (from.included ? difference(from.text) >= 0 : difference(from.text) > 0);
  return above && (!to || (to.included ? difference(to.text) <= 0 : difference(to.text) < 0));
}

function versionHas(value: Value, version: string | null): boolean {
  if (value.how === "none" || value.how === "known") return (version === null) === (value.how === "none");
  const clean = version && /^\d[\d.]*(?:~\w+)?/.exec(version)?.[0];
  if (!clean) return false;
  if (value.how === "is") return compareVersions(clean, value.text) === 0;
  return inRange(value, (end) => compareVersions(clean, end));
}

function dayHas(value: Value, moment: Date): boolean {
  const day = moment.toISOString().slice(0, 10);
  const at = (text: string) => day.slice(0, text.length);
  if (value.how === "is") return at(value.text) === value.text;
  return inRange(value, (end) => (at(end) < end ? -1 : at(end) > end ? 1 : 0));
}

function secondsOf(text: string): number {
  const [, number = "0", unit = ""] = /^(\d+)(\w+)$/.exec(text) ?? [];
  return Number(number) * (units[unit] ?? 0);
}

function sizeOf(text: string): number {
  return Number.parseFloat(text) * (text.includes("G") ? 1000 : 1);
}

function stateHas(state: string, { status, owner, encrypted }: PlainTicket): boolean {
  const closed = status === "resolved" || status === "spam";
  const waiting = status.startsWith("waiting");
  const known: Record<string, boolean> = {
    open: !closed,
    closed,
    "our-turn": status === "new" || status === "open",
    waiting,
    unassigned: owner === null,
    encrypted,
  };
  return known[state] ?? status === state.replaceAll("-", "_");
}

function isUnread({ writers, shown, isOfMyTime }: PlainTicket, me: string): boolean {
  return isOfMyTime && writers.slice(shown).some((writer) => writer !== me);
}

function issueHas(text: string, issue: string | null): boolean {
  if (!issue) return false;
  const partsOf = (address: string) => {
    const { host, pathname } = new URL(address.toLowerCase());
    return [host, ...pathname.split("/").filter(Boolean)];
  };
  const parts = partsOf(issue);
  if (text.startsWith("http")) return partsOf(text).join("/") === parts.join("/");
  const [number, before] = text.split("#").toReversed();
  const named = parts.slice(0, -1).map((_, start) => parts.slice(start, -1).join("/"));
  const isNamed = !before || named.some((each) => `${each}/`.startsWith(`${before.toLowerCase()}/`));
  return parts.at(-1) === number && isNamed;
}

function thingHas(thing: string, ticket: PlainTicket): boolean {
  const known: Record<string, boolean> = {
    logs: ticket.hasLogs,
    attachment: ticket.hasFile,
    key: false,
    email: ticket.address !== null,
    answer: ticket.answeredAt !== null,
    note: ticket.hasNote,
  };
  return known[thing] ?? false;
}
