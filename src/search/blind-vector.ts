import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { newestSearchKeyWith, type SearchKey } from "./search-keys.ts";

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
  const pieces = piecesOf(language, texts);
  if (pieces.length === 0) return "";
  const result = await db.raw(`select ${columnsOf(pieces).join(", ")}`, bindingsOf(pieces));
  return joinVectors(key, pieces, result.rows[0]);
}

/** `generation`: of the key that its words are hashed with. */
export type BlindVector = { words: string; generation: number };

/** The same with the key for what is stored now, which cannot be retired before this transaction ends. One statement. */
export async function newestBlindVector(
  db: Database,
  vault: Vault,
  language: string | null,
  texts: WeightedText[],
): Promise<BlindVector> {
  const pieces = piecesOf(language, texts);
  const { key, beside } = await newestSearchKeyWith(db, vault, columnsOf(pieces), bindingsOf(pieces));
  return { words: joinVectors(key, pieces, beside), generation: key.generation };
}

/** One text for one dictionary; `place` counts the texts. */
type Piece = { configuration: string; text: string; weight: string; place: number };

function piecesOf(language: string | null, texts: WeightedText[]): Piece[] {
  const stem = dictionaries[language ?? ""];
  // A log is no language that anybody speaks: stemming its words would double the work and find nothing more.
  return texts
    .filter(({ text }) => text.trim() !== "")
    .flatMap(({ weight, text }, place) =>
      (stem && weight !== "D" ? ["simple", stem] : ["simple"]).map((configuration) => ({
        configuration,
        text,
        weight,
        place,
      })),
    );
}

function columnsOf(pieces: Piece[]): string[] {
  return pieces.map((_, index) => `to_tsvector(?::regconfig, ?)::text as v${index}`);
}

function bindingsOf(pieces: Piece[]): string[] {
  return pieces.flatMap(({ configuration, text }) => [configuration, withoutNul(text)]);
}

function withoutNul(text: string): string {
  return text.slice(0, longestText).replaceAll("\0", " ").toWellFormed();
}

/**
 * One vector of hashes. A word and its stem stand at the same position; the texts follow each other with a gap, so that
 * no phrase is found across two of them. What stands in it twice PostgreSQL takes once.
 */
function joinVectors(key: SearchKey, pieces: Piece[], vectors: Record<string, string>): string {
  const written = new Map<string, { piece: number; places: string; text: string }>();
  let [place, start, end] = [0, 0, 0];
  for (const [index, { place: placeOfPiece, weight }] of pieces.entries()) {
    if (placeOfPiece !== place) [place, start] = [placeOfPiece, end + 1];
    for (const { lexeme, places } of lexemesOf(vectors[`v${index}`] ?? "")) {
      end = Math.max(end, start + Number(places.slice(places.lastIndexOf(",") + 1)));
      const hash = key.hash(lexeme);
      const known = written.get(hash);
      // Most words are their own stem.
      if (known && known.piece === place && known.places === places) continue;
      const text = weighted(places, start, weight);
      if (known) Object.assign(known, { piece: place, places, text: `${known.text},${text}` });
      else written.set(hash, { piece: place, places, text });
    }
  }
  let vector = "";
  for (const [hash, { text }] of written) vector += `${vector && " "}'${hash}':${text}`;
  return vector;
}

/** Words beyond it are found, but no longer side by side. */
const lastPosition = 16_383;

/** `1,5` counted from `start`, each with its weight. */
function weighted(places: string, start: number, weight: string): string {
  // Most words stand in a text once.
  if (!places.includes(",")) return Math.min(start + Number(places), lastPosition) + weight;
  if (start === 0) return places.replaceAll(",", `${weight},`) + weight;
  return places
    .split(",")
    .map((each) => Math.min(start + Number(each), lastPosition) + weight)
    .join(",");
}

/** The text form of a `tsvector` is `'lexeme':1,2 'other':3`; a quote or backslash in a lexeme is doubled. */
function* lexemesOf(vector: string): Generator<{ lexeme: string; places: string }> {
  for (let at = 0; at < vector.length; ) {
    let quote = vector.indexOf("'", at + 1);
    while (vector[quote + 1] === "'") quote = vector.indexOf("'", quote + 2);
    const space = vector.indexOf(" ", quote);
    const end = space === -1 ? vector.length : space;
    const quoted = vector.slice(at + 1, quote);
    yield {
      lexeme: /['\\]/.test(quoted) ? quoted.replaceAll("''", "'").replaceAll("\\\\", "\\") : quoted,
      places: vector.slice(quote + 2, end),
    };
    at = end + 1;
  }
}
