import { parseDay } from "./formats.ts";
import { decodeField, endOfHead, readField, readFields } from "./headers.ts";
import { type Argument, BadCommand, isWord, textOf } from "./parse-arguments.ts";
import type { Numbered, SelectedFolder } from "./selected-folder.ts";
import { parseSequenceSet } from "./sequence-set.ts";

type Test = (found: Numbered) => boolean;
type Cursor = { args: Argument[]; at: number; selected: SelectedFolder; depth: number };

const day = 24 * 3600 * 1000;
const deepest = 50;

/** The messages that a SEARCH finds; throws BadCommand for a key that this server does not know (RFC 9051 §6.4.4). */
export function searchMessages(selected: SelectedFolder, args: Argument[]): Numbered[] {
  const skip = isWord(args[0], "CHARSET") ? 2 : 0;
  const test = readAll({ args, at: skip, selected, depth: 0 });
  return selected.all().filter(test);
}

function readAll(cursor: Cursor): Test {
  const tests: Test[] = [];
  while (cursor.at < cursor.args.length) tests.push(readKey(cursor));
  if (tests.length === 0) throw new BadCommand("Missing search keys");
  return (found) => tests.every((test) => test(found));
}

function readKey(cursor: Cursor): Test {
  const argument = cursor.args[cursor.at];
  cursor.at += 1;
  cursor.depth += 1;
  if (cursor.depth > deepest * 20) throw new BadCommand("Too many search keys");
  if (argument?.kind === "list") return readAll({ ...cursor, args: argument.items, at: 0 });

  const text = textOf(argument);
  const read = keys.get(text.toUpperCase());
  if (read) return read(cursor);
  if (/^[\d*]/.test(text)) return hasNumber(text, cursor);
  throw new BadCommand("Unknown search key");
}

const has =
  (flag: string) =>
  (): Test =>
  ({ message }) =>
    hasFlag(message.flags, flag);
const lacks =
  (flag: string) =>
  (): Test =>
  ({ message }) =>
    !hasFlag(message.flags, flag);

const keys = new Map<string, (cursor: Cursor) => Test>([
  ["ALL", () => () => true],
  ["OLD", () => () => true],
  ["NEW", () => () => false],
  ["RECENT", () => () => false],
  ...["ANSWERED", "DELETED", "DRAFT", "FLAGGED", "SEEN"].flatMap((name): [string, () => Test][] => [
    [name, has(`\\${name}`)],
    [`UN${name}`, lacks(`\\${name}`)],
  ]),
  ["KEYWORD", (cursor) => has(next(cursor))()],
  ["UNKEYWORD", (cursor) => lacks(next(cursor))()],
  ["UID", (cursor) => isAmong(cursor.selected.find(next(cursor), true))],
  ["SINCE", (cursor) => onDay(cursor, received, (date, since) => date >= since)],
  ["BEFORE", (cursor) => onDay(cursor, received, (date, before) => date < before)],
  ["ON", (cursor) => onDay(cursor, received, (date, on) => date >= on && date < on + day)],
  ["SENTSINCE", (cursor) => onDay(cursor, sent, (date, since) => date >= since)],
  ["SENTBEFORE", (cursor) => onDay(cursor, sent, (date, before) => date < before)],
  ["SENTON", (cursor) => onDay(cursor, sent, (date, on) => date >= on && date < on + day)],
  ["LARGER", (cursor) => bySize(cursor, (size, limit) => size > limit)],
  ["SMALLER", (cursor) => bySize(cursor, (size, limit) => size < limit)],
  ["HEADER", (cursor) => inHeader(next(cursor), words(cursor))],
  ...["FROM", "TO", "CC", "BCC", "SUBJECT"].map((name): [string, (cursor: Cursor) => Test] => [
    name,
    (cursor) => inHeader(name, words(cursor)),
  ]),
  ["BODY", (cursor) => inText(words(cursor), (raw) => raw.subarray(endOfHead(raw)))],
  ["TEXT", (cursor) => inText(words(cursor), (raw) => raw)],
  ["NOT", (cursor) => not(readKey(cursor))],
  ["OR", (cursor) => either(readKey(cursor), readKey(cursor))],
]);

function next(cursor: Cursor): string {
  cursor.at += 1;
  return textOf(cursor.args[cursor.at - 1]);
}

function words(cursor: Cursor): string {
  return Buffer.from(next(cursor), "latin1").toString("utf8").toLowerCase();
}

function hasFlag(flags: Set<string>, flag: string): boolean {
  return [...flags].some((one) => one.toLowerCase() === flag.toLowerCase());
}

function isAmong(wanted: Numbered[]): Test {
  const uids = new Set(wanted.map(({ message }) => message.uid));
  return ({ message }) => uids.has(message.uid);
}

// Unlike FETCH, a search may name numbers that are not there.
function hasNumber(set: string, { selected }: Cursor): Test {
  const ranges = parseSequenceSet(set, selected.view.length);
  if (!ranges) throw new BadCommand("Invalid messageset");
  return ({ number }) => ranges.some(({ from, to }) => from <= number && number <= to);
}

function received({ message }: Numbered): number {
  return message.internalDate.getTime();
}

function sent({ message }: Numbered): number {
  return new Date(readField(message.raw, "date") ?? NaN).getTime();
}

function onDay(
  cursor: Cursor,
  dateOf: (found: Numbered) => number,
  compare: (date: number, day: number) => boolean,
): Test {
  const wanted = parseDay(next(cursor));
  if (!wanted) throw new BadCommand("Invalid date");
  return (found) => compare(dateOf(found), wanted.getTime());
}

function bySize(cursor: Cursor, compare: (size: number, limit: number) => boolean): Test {
  const limit = Number(next(cursor));
  if (!Number.isSafeInteger(limit)) throw new BadCommand("Invalid size");
  return ({ message }) => compare(message.raw.length, limit);
}

function inHeader(name: string, wanted: string): Test {
  return ({ message }) =>
    readFields(message.raw).some(
      (field) => field.name === name.toLowerCase() && decodeField(field.value).toLowerCase().includes(wanted),
    );
}

function inText(wanted: string, part: (raw: Buffer) => Buffer): Test {
  return ({ message }) => part(message.raw).toString("utf8").toLowerCase().includes(wanted);
}

function not(test: Test): Test {
  return (found) => !test(found);
}

function either(one: Test, other: Test): Test {
  return (found) => one(found) || other(found);
}
