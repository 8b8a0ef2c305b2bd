import type { Database } from "../database.ts";
import type { SearchKey } from "./search-keys.ts";

/** Text to be found again: A subject and answers to the three questions, B other messages, C notes, D logs. */
export type WeightedText = { weight: "A" | "B" | "C" | "D"; text: string };

/** PostgreSQL takes a megabyte of lexemes at most; of a longer text the first part is found. */
const longestText = 200_000;

/** Dictionaries of PostgreSQL by the code of a language. */
export const dictionaries: Record<string, string> = {
  ar: "arabic",
  de: "german",
  en: "english",
  es: "spanish",
  fr: "french",
  it: "italian",
  pt: "portuguese",
  ru: "russian",
};

/**
 * The `tsvector` of some texts with a keyed hash in place of each lexeme, as text. PostgreSQL splits and stems, in the
 * language of the text and once more by `simple`, so that names, versions and error codes are found in any language.
 */
export async function blindVector(
  db: Database,
  key: SearchKey,
  language: string | null,
  texts: WeightedText[],
): Promise<string> {
  const filled = texts.filter(({ text }) => text.trim() !== "");
  if (filled.length === 0) return "";
  const stem = dictionaries[language ?? ""];
  // A log is no language that anybody speaks: stemming its words would double the work and find nothing more.
  const pieces = filled.flatMap(({ weight, text }, place) =>
    (stem && weight !== "D" ? ["simple", stem] : ["simple"]).map((configuration) => ({
      configuration,
      text,
      weight,
      place,
    })),
  );
  const vectors = pieces.map((_, index) => `to_tsvector(?::regconfig, ?)::text as v${index}`);
  const bindings = pieces.flatMap(({ configuration, text }) => [configuration, withoutNul(text)]);
  const result = await db.raw(`select ${vectors.join(", ")}`, bindings);
  const row: Record<string, string> = result.rows[0];
  return joinVectors(
    key,
    pieces.map((piece, index) => ({ ...piece, vector: row[`v${index}`] ?? "" })),
  );
}

function withoutNul(text: string): string {
  return text.slice(0, longestText).replaceAll("\0", " ").toWellFormed();
}

type Piece = { place: number; weight: string; vector: string };

/**
 * One vector of hashes. A word and its stem stand at the same position; the texts follow each other with a gap, so that
 * no phrase is found across two of them.
 */
function joinVectors(key: SearchKey, pieces: Piece[]): string {
  const positions = new Map<string, Set<string>>();
  let [place, start, end] = [0, 0, 0];
  for (const piece of pieces) {
    if (piece.place !== place) [place, start] = [piece.place, end + 1];
    for (const { lexeme, at } of lexemesOf(piece.vector)) {
      const hash = key.hash(lexeme);
      const places = positions.get(hash) ?? new Set();
      positions.set(hash, places);
      for (const each of at) {
        places.add(`${Math.min(start + each, lastPosition)}${piece.weight}`);
        end = Math.max(end, start + each);
      }
    }
  }
  return [...positions].map(([hash, places]) => `'${hash}':${[...places].join(",")}`).join(" ");
}

/** Words beyond it are found, but no longer side by side. */
const lastPosition = 16_383;

/** The text form of a `tsvector` is `'lexeme':1,2 'other':3`; a quote or backslash in a lexeme is doubled. */
function* lexemesOf(vector: string): Generator<{ lexeme: string; at: number[] }> {
  for (const [, quoted = "", places = ""] of vector.matchAll(/'((?:[^']|'')*)':([0-9,]+)/g)) {
    yield {
      lexeme: quoted.replaceAll("''", "'").replaceAll("\\\\", "\\"),
      at: places.split(",").map(Number),
    };
  }
}
