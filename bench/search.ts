import pg from "pg";
import { type Database, openDatabase } from "#src/database.ts";
import { seededRandom } from "#src/demo/reports/seeded-random.ts";
import type { Place } from "#src/search/page-place.ts";
import { readQuery } from "#src/search/read-query.ts";
import { newestSearchKey } from "#src/search/search-keys.ts";
import { type Found, mostCounted, searchTickets } from "#src/search/search-tickets.ts";
import { openVault, readMasterKey } from "#src/vault/master-key.ts";
import type { Vault } from "#src/vault/vault.ts";
import type { Ground, Say } from "./ground.ts";
import type { Options } from "./options.ts";
import { checkFilling, fillTickets, fillWords } from "./search-fill.ts";
import { logModels, logOf, readVocabulary, textsOf, type Vocabulary } from "./search-words.ts";
import { type Cell, quantile, type Section } from "./table.ts";

/**
 * Search at several sizes: the blind index beside the same words in clear, asked by the same code in turns. In the clear
 * database each hash of a statement is replaced by its word on the way out, and nothing else differs.
 */
export async function benchSearch(ground: Ground, options: Options, say: Say): Promise<Section[]> {
  const sections: Section[] = [];
  for (const tickets of options.tickets) sections.push(...(await benchSize(ground, options, tickets, say)));
  return sections;
}

async function benchSize(ground: Ground, options: Options, tickets: number, say: Say): Promise<Section[]> {
  placesKnown.clear();
  const start = performance.now();
  const [blindKept, clearKept] = [
    await ground.keptDatabase(`search_blind_${options.seed}_${tickets}`),
    await ground.keptDatabase(`search_clear_${options.seed}_${tickets}`),
  ];
  const [blind, clear] = [
    openDatabase(blindKept.url, { connections: 4 }),
    openDatabase(clearKept.url, { connections: 4 }),
  ];
  const vault = await openVault(blind, readMasterKey(ground.masterKey));
  const key = await newestSearchKey(blind, vault);
  say(`${tickets} tickets: a million words`);
  const vocabulary = await readVocabulary(blind, key);
  const filling = { vault, vocabulary, tickets, seed: options.seed, say };
  if (blindKept.isNew || clearKept.isNew) {
    if (!blindKept.isNew || !clearKept.isNew)
      throw new Error("One of the two databases is left over: drop it");
    for (const { url } of [blindKept, clearKept]) await fillTickets(url, filling);
    await fillWords(blindKept.url, clearKept.url, filling);
    await checkFilling(blind, key, filling);
  }
  const filled = (performance.now() - start) / 1000;
  // Before the first connection to it is made.
  const wordsOfHashes = new Map(
    [...vocabulary.words, ...vocabulary.logWords].flatMap(({ lexemes }) =>
      lexemes.map((each) => [each.hash, each.clear]),
    ),
  );
  const stop = askInClear(new URL(clearKept.url).pathname.slice(1), wordsOfHashes);
  const sizes = [await bytesOf(blind, tickets), await bytesOf(clear, tickets)] as const;

  const rows: Cell[][] = [];
  try {
    for (const kind of kindsOf(vocabulary, tickets, options.seed)) {
      say(`${tickets} tickets: ${kind.name}`);
      rows.push(await measure(kind, { blind, clear, vault }, options));
    }
  } finally {
    stop();
    await Promise.all([blind.destroy(), clear.destroy()]);
  }
  await blindKept.keep();
  await clearKept.keep();
  return [
    {
      title: `Search in ${tickets.toLocaleString("en")} tickets`,
      note:
        `A whole search: count, facets and the numbers of one page. Filled and indexed in ${Math.round(filled)} s. ` +
        `Bytes a ticket, blind and clear: vectors ${sizes[0].vectors} and ${sizes[1].vectors}, GIN ${sizes[0].gin} and ` +
        `${sizes[1].gin}, together ${(sizes[0].all / sizes[1].all).toFixed(2)} times. The desk keeps the vector of each ` +
        "message once more beside, without a GIN. “Not in all”: searches that looked at the newest months alone, as all would " +
        "take too long.",
      columns: [
        "query",
        "hits",
        "p50 ms",
        "p95 ms",
        "clear p50 ms",
        "clear p95 ms",
        "blind / clear",
        "not in all",
      ],
      rows,
    },
  ];
}

type Kind = { name: string; queries: string[]; page?: number };

/** Words are chosen by how frequent they are; rare words and phrases from tickets that have them. */
function kindsOf(vocabulary: Vocabulary, tickets: number, seed: number): Kind[] {
  const random = seededRandom(`queries ${seed}`);
  const many = 20;
  const list = (make: () => string) => Array.from({ length: many }, make);
  const ticket = () => textsOf(vocabulary, seed, 1 + random.below(tickets));
  const text = (rank: number) => vocabulary.words[rank]?.text ?? "";
  // Of 146 words by Zipf's law this rank and its neighbours are in about half of the tickets.
  const common = () => text(13 + random.below(4));
  const rare = () => (ticket()[1] ?? []).toSorted((one, other) => other.rank - one.rank)[0]?.text ?? "";
  const phrase = () => {
    const words = ticket()[1] ?? [];
    const at = random.below(words.length - 1);
    return `"${words[at]?.text} ${words[at + 1]?.text}"`;
  };
  const logPhrase = () => {
    const words = logOf(vocabulary, seed, random.below(logModels));
    const at = random.below(words.length - 2);
    return `log:"${words[at]?.text} ${words[at + 1]?.text}"`;
  };
  return [
    { name: "a rare word", queries: list(rare) },
    { name: "a common word, newest first", queries: list(common) },
    { name: "two common words", queries: list(() => `${common()} ${text(20 + random.below(10))}`) },
    { name: "a common word without a rare one", queries: list(() => `${common()} -${rare()}`) },
    { name: "a common word by relevance", queries: list(() => `${common()} sort:relevance`).slice(0, 5) },
    { name: "a phrase", queries: list(phrase) },
    {
      name: "a word, version and state",
      queries: list(() => `${text(300 + random.below(300))} tails:6.10 is:resolved`),
    },
    { name: "a common word, version and state", queries: list(() => `${common()} tails:6.10 is:our-turn`) },
    { name: "a phrase in logs", queries: list(logPhrase).slice(0, 10) },
    {
      name: "metadata only",
      queries: list(() => `tails:6.1..7.0 queue:${["English", "Français"][random.below(2)]}`),
    },
    { name: "metadata that all have", queries: list(() => "lang:en") },
    { name: "metadata that none has", queries: list(() => "has:note") },
    { name: "a facet page: all that is resolved", queries: list(() => "is:resolved") },
    { name: "the 200th page of a common word", queries: list(common).slice(0, 5), page: 200 },
  ];
}

type Bases = { blind: Database; clear: Database; vault: Vault };

async function measure(kind: Kind, { blind, clear, vault }: Bases, options: Options): Promise<Cell[]> {
  const [blindTimes, clearTimes, hits]: [number[], number[], number[]] = [[], [], []];
  let notWhole = 0;
  for (let round = 0; round <= options.rounds; round += 1) {
    for (const typed of kind.queries) {
      // The first round warms both. From a cold disk a search may take too long, and says so.
      if (round === 0) {
        for (const db of [blind, clear]) await timed(db, vault, typed, kind.page).catch(() => {});
        continue;
      }
      const one = await timed(blind, vault, typed, kind.page);
      const other = await timed(clear, vault, typed, kind.page);
      // Where all would take too long, the one may have gone further than the other.
      if (one.isWhole && other.isWhole && JSON.stringify(one.found) !== JSON.stringify(other.found))
        throw new Error(`Blind and clear find something else: ${typed}`);
      blindTimes.push(one.ms);
      clearTimes.push(other.ms);
      hits.push(one.hits);
      if (!one.isWhole) notWhole += 1;
    }
  }
  const at = (times: number[], share: number) => Math.round(quantile(times, share) * 100) / 100;
  return [
    kind.name,
    hits.some((each) => each > mostCounted) ? `> ${mostCounted}` : Math.round(quantile(hits, 0.5)),
    at(blindTimes, 0.5),
    at(blindTimes, 0.95),
    at(clearTimes, 0.5),
    at(clearTimes, 0.95),
    (quantile(blindTimes, 0.5) / quantile(clearTimes, 0.5)).toFixed(2),
    notWhole,
  ];
}

async function timed(db: Database, vault: Vault, typed: string, page = 1) {
  const after = page > 1 ? await placeOf(db, vault, typed, page) : null;
  const start = performance.now();
  const found = await ask(db, vault, typed, { after });
  const ms = performance.now() - start;
  const isWhole = found.countedSince === null;
  return {
    ms,
    hits: found.hits + (found.isMore ? 1 : 0),
    isWhole,
    found: [found.ids, found.hits, found.facets],
  };
}

/** Where this page begins: found once for each search, and not measured. */
async function placeOf(db: Database, vault: Vault, typed: string, page: number): Promise<Place | null> {
  const known = placesKnown.get(typed);
  if (known !== undefined) return known;
  const { next } = await ask(db, vault, typed, { perPage: 50 * (page - 1) });
  placesKnown.set(typed, next);
  return next;
}

const placesKnown = new Map<string, Place | null>();

async function ask(
  db: Database,
  vault: Vault,
  typed: string,
  more: { after?: Place | null; perPage?: number },
): Promise<Extract<Found, { ok: true }>> {
  const read = readQuery(typed);
  if (!read.ok) throw new Error(`${typed}: ${read.mistake.message}`);
  const asker = { staffId: "1", now: new Date("2026-11-22T00:00:00Z") };
  const found = await searchTickets(db, vault, read.query, { asker, ...more });
  if (!found.ok) throw new Error(`${typed}: ${found.mistake.message}`);
  return found;
}

async function bytesOf(db: Database, tickets: number) {
  const { rows } = await db.raw(
    "select pg_table_size('search_tickets') as vectors, pg_relation_size('search_tickets_words') as gin",
  );
  const [vectors, gin] = [Number(rows[0].vectors) / tickets, Number(rows[0].gin) / tickets];
  return { vectors: Math.round(vectors), gin: Math.round(gin), all: vectors + gin };
}

/** Replaces the hashes in what is sent to one database by the words that they stand for. */
function askInClear(database: string, words: Map<string, string>): () => void {
  const query: (...args: never[]) => unknown = Reflect.get(pg.Client.prototype, "query");
  const asking = function (this: pg.Client & { database?: string }, ...args: unknown[]) {
    const [first] = args;
    if (this.database === database && typeof first === "object" && first && "values" in first) {
      const { values } = first as { values?: unknown[] };
      if (values)
        Reflect.set(
          first,
          "values",
          values.map((value) => inClear(value, words)),
        );
    }
    return Reflect.apply(query, this, args);
  };
  Reflect.set(pg.Client.prototype, "query", asking);
  return () => void Reflect.set(pg.Client.prototype, "query", query);
}

function inClear(value: unknown, words: Map<string, string>): unknown {
  if (typeof value !== "string" || !value.includes("'")) return value;
  return value.replaceAll(/'([\w-]{8})'/g, (all, hash: string) => {
    const word = words.get(hash);
    return word ? `'${word}'` : all;
  });
}
