import type { Database } from "../database.ts";
import type { SearchKey } from "./search-keys.ts";

/** Text to be found again: A subject and answers to the three questions, B other messages, C notes, D logs. */
export type WeightedText = { weight: "A" | "B" | "C" | "D"; text: string };

/** Between two texts stands a lexeme that no text has, so that no phrase is found across both. */
const apart = " || ''' '':1'::tsvector || ";

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
  const stem = dictionaries[language ?? ""];
  // A log is no language that anybody speaks: stemming its words would double the work and find nothing more.
  const spoken = stem ? filled.filter(({ weight }) => weight !== "D") : [];
  const parts = [
    ["simple", filled],
    [stem ?? "simple", spoken],
  ] satisfies [string, WeightedText[]][];
  const wanted = parts.filter(([, each]) => each.length > 0);
  if (wanted.length === 0) return "";

  const vectors = wanted.map(
    ([, each], index) =>
      `(${each.map(() => "setweight(to_tsvector(?::regconfig, ?), ?)").join(apart)})::text as v${index}`,
  );
  const bindings = wanted.flatMap(([configuration, each]) =>
    each.flatMap(({ weight, text }) => [configuration, withoutNul(text), weight]),
  );
  const result = await db.raw(`select ${vectors.join(", ")}`, bindings);
  const row: Record<string, string> = result.rows[0];
  return hashLexemes(key, Object.values(row));
}

function withoutNul(text: string): string {
  return text.slice(0, longestText).replaceAll("\0", " ").toWellFormed();
}

/** The text form of a `tsvector` is `'lexeme':1A,2B 'other':3`; a quote or backslash in a lexeme is doubled. */
function hashLexemes(key: SearchKey, vectors: string[]): string {
  const positions = new Map<string, string>();
  for (const vector of vectors) {
    for (const [, quoted = "", places = ""] of vector.matchAll(/'((?:[^']|'')*)'(?::([0-9A-D,]+))?/g)) {
      const hash = key.hash(quoted.replaceAll("''", "'").replaceAll("\\\\", "\\"));
      const known = positions.get(hash);
      positions.set(hash, known && known !== places ? `${known},${places}` : places);
    }
  }
  return [...positions].map(([hash, places]) => (places ? `'${hash}':${places}` : `'${hash}'`)).join(" ");
}
