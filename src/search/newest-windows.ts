import type { Database } from "../database.ts";

/**
 * Reads the newest tickets with a frequent word without reading all its places: in the newest months that should hold
 * enough of them first, and in all when they do not. `read` takes a `tsquery` and gives at most `most`, the newest first.
 */
export async function readNewest<Row>(
  db: Database,
  words: string,
  upTo: Date | null,
  most: number,
  read: (words: string) => Promise<Row[]>,
): Promise<Row[]> {
  return await readWindows(await newestWindows(db, upTo, [most * 40, most * 1000]), words, most, read);
}

/** The same for the oldest. `from`: counted from there on. */
export async function readOldest<Row>(
  db: Database,
  words: string,
  from: Date | null,
  most: number,
  read: (words: string) => Promise<Row[]>,
): Promise<Row[]> {
  return await readWindows(await oldestWindows(db, from, [most * 40, most * 1000]), words, most, read);
}

async function readWindows<Row>(
  windows: string[],
  words: string,
  most: number,
  read: (words: string) => Promise<Row[]>,
): Promise<Row[]> {
  for (const months of windows) {
    const rows = await read(`(${words}) & ${months}`);
    if (rows.length >= most) return rows;
  }
  return await read(words);
}

/**
 * The months in which the newest tickets were written to last, as a `tsquery`: one for each number of tickets that they
 * should hold at least. None where the archive is not larger than that, or nothing is known of it. `upTo`: counted from there.
 */
export async function newestWindows(db: Database, upTo: Date | null, sizes: number[]): Promise<string[]> {
  const known = await readHistogram(db);
  if (!known) return [];
  const newestFirst = known.bounds.filter((bound) => !upTo || bound <= upTo).toReversed();
  const perStep = known.tickets / Math.max(known.bounds.length - 1, 1);
  const windows = sizes.map((size) => {
    const oldest = newestFirst[Math.ceil(size / perStep)];
    return oldest && monthsBetween(oldest, upTo ?? new Date());
  });
  return [...new Set(windows.filter((window) => window !== undefined))];
}

async function oldestWindows(db: Database, from: Date | null, sizes: number[]): Promise<string[]> {
  const known = await readHistogram(db);
  if (!known) return [];
  // The statistics come from a sample, which seldom has the very first.
  const first = from ?? (await db("tickets").min("last_message_at as moment").first())?.moment;
  if (!first) return [];
  const oldestFirst = known.bounds.filter((bound) => bound >= first);
  const perStep = known.tickets / Math.max(known.bounds.length - 1, 1);
  const windows = sizes.map((size) => {
    const newest = oldestFirst[Math.ceil(size / perStep)];
    return newest && monthsBetween(first, newest);
  });
  return [...new Set(windows.filter((window) => window !== undefined))];
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
  const month = new Date(Date.UTC(oldest.getUTCFullYear(), oldest.getUTCMonth(), 1));
  // A clock that runs ahead may have made a ticket of next month.
  const end = new Date(Date.UTC(newest.getUTCFullYear(), newest.getUTCMonth() + 2, 1));
  while (month < end) {
    words.push(`'m${month.toISOString().slice(0, 7).replace("-", "")}'`);
    month.setUTCMonth(month.getUTCMonth() + 1);
  }
  return words.length > mostMonths ? undefined : `(${words.join(" | ")})`;
}
