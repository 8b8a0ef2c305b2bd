import type { Database } from "#src/database.ts";
import { seededRandom } from "#src/demo/reports/seeded-random.ts";
import type { SearchKey } from "#src/search/search-keys.ts";

/** A word of the bench: in clear, its lexemes as PostgreSQL makes them, and their hashes. */
export type Word = { text: string; rank: number; lexemes: { clear: string; hash: string }[] };
export type Vocabulary = { words: Word[]; logWords: Word[] };

export const vocabularySize = 1_000_000;
const logVocabularySize = 4_000;
const syllables = Array.from("bdfgklmnprtvz").flatMap((one) =>
  Array.from("aeiou").map((other) => one + other),
);
const endings = ["", "s", "ing", "ed"];

/** The word of a rank; one of four is not inflected. */
export function wordOf(rank: number): string {
  let text = "";
  for (let rest = Math.floor(rank / 4) + 70; rest > 0; rest = Math.floor(rest / syllables.length))
    text += syllables[rest % syllables.length] ?? "";
  return `${text}k${endings[rank % 4]}`;
}

/** A million words, stemmed by PostgreSQL and hashed by the function that hashes mail. */
export async function readVocabulary(db: Database, key: SearchKey): Promise<Vocabulary> {
  const words: Word[] = [];
  for (let first = 0; first < vocabularySize; first += 50_000) {
    const texts = Array.from({ length: 50_000 }, (_, place) => wordOf(first + place));
    const { rows } = await db.raw(
      "select (ts_lexize('english_stem', text))[1] as stem from unnest(?::text[]) as text",
      [texts],
    );
    texts.forEach((text, place) => {
      const lexemes = [...new Set([text, rows[place].stem ?? text])];
      words.push({
        text,
        rank: first + place,
        lexemes: lexemes.map((clear) => ({ clear, hash: key.hash(clear) })),
      });
    });
  }
  const logWords = Array.from({ length: logVocabularySize }, (_, rank) => {
    const text = `log${wordOf(rank * 4)}`;
    return { text, rank, lexemes: [{ clear: text, hash: key.hash(text) }] };
  });
  return { words, logWords };
}

type Random = ReturnType<typeof seededRandom>;

/** A rank by Zipf's law: the second word is half as frequent as the first, and so on. */
export function rankBy(random: Random, size: number): number {
  const chance = (random.below(2 ** 30) + 0.5) / 2 ** 30;
  return Math.min(size - 1, Math.floor(size ** chance) - 1);
}

export const logModels = 499;
const wordsOfSubject = 6;
const wordsOfText = 140;
const wordsOfLog = 120;

/** The texts of one ticket, as words: subject, message, and the log of one of 499 computers. */
export function textsOf(vocabulary: Vocabulary, seed: number, number: number): Word[][] {
  const random = seededRandom(`search ${seed} ${number}`);
  const text = (count: number) =>
    Array.from({ length: count }, () => vocabulary.words[rankBy(random, vocabularySize)] as Word);
  return [text(wordsOfSubject), text(wordsOfText), logOf(vocabulary, seed, number % logModels)];
}

const logs = new Map<string, Word[]>();

export function logOf({ logWords }: Vocabulary, seed: number, model: number): Word[] {
  const name = `${seed} ${model}`;
  const known = logs.get(name);
  if (known) return known;
  const random = seededRandom(`log ${name}`);
  const log = new Set(
    Array.from({ length: wordsOfLog }, () => logWords[rankBy(random, logVocabularySize)] as Word),
  );
  logs.set(name, [...log]);
  return [...log];
}

/** The `tsvector` of these texts as the desk stores it, without marks, with hashes and with words in clear. */
export function vectorsOf(texts: Word[][]): { blind: string; clear: string } {
  const [blind, clear] = [new Map<string, string[]>(), new Map<string, string[]>()];
  let start = 0;
  for (const [place, text] of texts.entries()) {
    const weight = "ABD"[place] ?? "D";
    for (const [index, { lexemes }] of text.entries()) {
      const position = `${start + index + 1}${weight}`;
      const written = weight === "D" ? lexemes.slice(0, 1) : lexemes;
      for (const lexeme of written) {
        add(blind, lexeme.hash, position);
        add(clear, lexeme.clear, position);
      }
    }
    start += text.length + 1;
  }
  return { blind: textOf(blind), clear: textOf(clear) };
}

function add(vector: Map<string, string[]>, lexeme: string, position: string): void {
  const known = vector.get(lexeme);
  if (known) known.push(position);
  else vector.set(lexeme, [position]);
}

function textOf(vector: Map<string, string[]>): string {
  let text = "";
  for (const [lexeme, positions] of vector) text += ` '${lexeme}':${positions.join(",")}`;
  return text;
}
