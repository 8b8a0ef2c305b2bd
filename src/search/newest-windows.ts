import type { Database } from "../database.ts";
import { tookTooLong } from "./search-transaction.ts";

/** Some months of the archive as a `tsquery`; `share` of all tickets lies there, `edge` is where they begin or end. */
type Window = { months: string; share: number; edge: Date };

/** What was read, and up to where when the rest would have taken too long; null: everywhere, or enough was found. */
export type Looked<Value> = { value: Value; upTo: Date | null };

/** From which end, where it begins there (null: at the end), how many tickets the months should hold, how long is too long. */
type Asked = { end: "newest" | "oldest"; from: Date | null; sizes: number[]; bearable: number };

/**
 * Reads what a frequent word finds without reading all its places: in the newest (or oldest) months that should hold enough
 * of them first, and in all when they do not. `read` takes a condition on the words. What would take longer than `bearable`
 * milliseconds, by what the months before took, is not begun; what takes too long all the same, as on a cold disk, is given
 * up for those months.
 */
export async function lookFromEnd<Value>(
  db: Database,
  words: string,
  { end, from, sizes, bearable }: Asked,
  read: (words: string) => Promise<Value>,
  judge: (value: Value) => "enough" | "few" | "more",
): Promise<Looked<Value>> {
  const windows = await (end === "newest" ? newestWindows : oldestWindows)(db, from, sizes);
  let before: Looked<Value> | null = null;
  let [forAll, isFew] = [0, false];
  const orElse = (known: Looked<Value> | null) => (bearable < Number.POSITIVE_INFINITY ? known : null);
  for (const { months, share, edge } of windows) {
    // Where there are few, all of them are soon read.
    if (isFew && forAll <= bearable) break;
    if (before && forAll * share > bearable) return before;
    const start = performance.now();
    const looked: Looked<Value> = await lookFurther(db, orElse(before), edge, () =>
      read(`(${words}) & ${months}`),
    );
    if (looked === before) return before;
    forAll = (performance.now() - start) / share;
    const found = judge(looked.value);
    if (found === "enough") return { ...looked, upTo: null };
    before = looked;
    isFew = found === "few";
  }
  if (before && forAll > bearable) return before;
  return await lookFurther(db, orElse(before), null, () => read(words));
}

/** What was looked at before is given back when PostgreSQL gives up, and the transaction goes on. */
async function lookFurther<Value>(
  db: Database,
  before: Looked<Value> | null,
  upTo: Date | null,
  read: () => Promise<Value>,
): Promise<Looked<Value>> {
  if (!before) return { value: await read(), upTo };
  await db.raw("savepoint before_further");
  try {
    return { value: await read(), upTo };
  } catch (error) {
    if (!tookTooLong(error)) throw error;
    await db.raw("rollback to savepoint before_further");
    return before;
  }
}

/** The newest tickets with a frequent word, at most `most`; all of the archive is read when the newest months have fewer. */
export async function readNewest<Row>(
  db: Database,
  words: string,
  from: Date | null,
  most: number,
  read: (words: string) => Promise<Row[]>,
): Promise<Row[]> {
  const asked: Asked = { end: "newest", from, sizes: sizesFor(most), bearable: Number.POSITIVE_INFINITY };
  return (await lookFromEnd(db, words, asked, read, isFull(most))).value;
}

/** In how many tickets so many should be found: one of forty has the word, or one of a thousand. */
export const sizesFor = (most: number) => [most * 40, most * 1000];

/** Whether a page of so many is full. */
export const isFull = (most: number) => (rows: unknown[]) => (rows.length >= most ? "enough" : "more");

async function newestWindows(db: Database, from: Date | null, sizes: number[]): Promise<Window[]> {
  const known = await readHistogram(db);
  if (!known) return [];
  const newestFirst = known.bounds.filter((bound) => !from || bound <= from).toReversed();
  const perStep = known.tickets / Math.max(known.bounds.length - 1, 1);
  const windows = sizes.map((size) => {
    const oldest = newestFirst[Math.ceil(size / perStep)];
    const months = oldest && monthsBetween(oldest, from ?? new Date());
    return months && { months, share: size / known.tickets, edge: startOfMonth(oldest) };
  });
  return distinct(windows);
}

async function oldestWindows(db: Database, from: Date | null, sizes: number[]): Promise<Window[]> {
  const known = await readHistogram(db);
  if (!known) return [];
  // The statistics come from a sample, which seldom has the very first.
  const first = from ?? (await db("tickets").min("last_message_at as moment").first())?.moment;
  if (!first) return [];
  const oldestFirst = known.bounds.filter((bound) => bound >= first);
  const perStep = known.tickets / Math.max(known.bounds.length - 1, 1);
  const windows = sizes.map((size) => {
    const newest = oldestFirst[Math.ceil(size / perStep)];
    const months = newest && monthsBetween(first, newest);
    return months && { months, share: size / known.tickets, edge: startOfMonth(newest, 2) };
  });
  return distinct(windows);
}

/** Several sizes may lie in the same months. */
function distinct(windows: (Window | "" | undefined)[]): Window[] {
  const there = windows.filter((window): window is Window => Boolean(window));
  return there.filter(({ months }, place) => months !== there[place - 1]?.months);
}

/** The first moment of its month, or of one that comes so many later. */
function startOfMonth(moment: Date, later = 0): Date {
  return new Date(Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth() + later, 1));
}

/** PostgreSQL keeps the moments that part the tickets into a hundred equal lots; they are read again each ten minutes. */
async function readHistogram(db: Database): Promise<Histogram | null> {
  const key = db.client.config;
  const known = remembered.get(key);
  if (known && known.at > Date.now() - 600_000) return known.histogram;

  const result = await db.raw<{ rows: { bounds: Date[] | null; tickets: number }[] }>(
    `select histogram_bounds::text::timestamptz[] as bounds, reltuples::float8 as tickets
     from pg_stats join pg_class on pg_class.oid = 'tickets'::regclass
     where schemaname = 'public' and tablename = 'tickets' and attname = 'last_message_at'`,
  );
  const row = result.rows[0];
  const histogram =
    row?.bounds && row.tickets >= smallestArchive ? { bounds: row.bounds, tickets: row.tickets } : null;
  remembered.set(key, { at: Date.now(), histogram });
  return histogram;
}

type Histogram = { bounds: Date[]; tickets: number };
const remembered = new WeakMap<object, { at: number; histogram: Histogram | null }>();
/** A smaller one is read as a whole. */
const smallestArchive = 20_000;
const mostMonths = 240;

function monthsBetween(oldest: Date, newest: Date): string | undefined {
  const words: string[] = [];
  const month = startOfMonth(oldest);
  // A clock that runs ahead may have made a ticket of next month.
  const end = startOfMonth(newest, 2);
  while (month < end) {
    words.push(`'m${month.toISOString().slice(0, 7).replace("-", "")}'`);
    month.setUTCMonth(month.getUTCMonth() + 1);
  }
  return words.length > mostMonths ? undefined : `(${words.join(" | ")})`;
}
