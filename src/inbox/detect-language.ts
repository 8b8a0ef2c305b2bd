import { eld } from "eld/extrasmall";
import { countInRuns, ownWords } from "./own-words.ts";

export type LanguageGuess = { language: string | null; confidence: number };

/** From here on a guess counts; below it a mail goes to the queue of all other languages. */
export const surelyEnough = 0.9;

/** The language of a person's own words as an ISO 639-1 code; null when the guess is not sure. Never throws. */
export function detectLanguage(text: string): string | null {
  const { language, confidence } = guessLanguage(text);
  return confidence >= surelyEnough ? language : null;
}

/** The likeliest language and how likely it is, from 0 to 1; null when there are no words. */
export function guessLanguage(text: string): LanguageGuess {
  const lines = ownWords(text);
  const script = mainScript(lines.join(" "));
  if (!script) return { language: null, confidence: 0 };

  const words = lines.map((line) => line.replace(script.others, " ").trim()).filter(Boolean);
  const all = words.join(" ");
  return byLetters(all, script.name) ?? byPieces(spread(words.flatMap(cutFor(script))));
}

/** Of a long text pieces from its beginning to its end: they say enough, and each costs 80 µs. */
function spread(pieces: string[]): string[] {
  const step = Math.max(1, pieces.length / mostPieces);
  return pieces.filter((_, place) => Math.floor(place / step) !== Math.floor((place - 1) / step));
}

const mostPieces = 3;

type Script = { name: string; others: RegExp };

const scripts = [
  { name: "CJK", letters: /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]+/gu },
  { name: "Arabic", letters: /\p{Script=Arabic}+/gu },
  { name: "Cyrillic", letters: /\p{Script=Cyrillic}+/gu },
  { name: "other", letters: /(?:(?!\p{Script=Latin})\p{L})+/gu },
];
const latin: Script = { name: "Latin", others: /(?!\p{Script=Latin})\p{L}/gu };

/**
 * Who writes in another script still writes the names of programs in Latin letters, but hardly ever the other way
 * round: a quarter is enough, and a Chinese character says as much as three letters.
 */
function mainScript(text: string): Script | null {
  const all = countInRuns(text, /\p{L}+/gu);
  if (all === 0) return null;
  const share = (letters: RegExp, weight: number) => (countInRuns(text, letters) * weight) / all;
  const found = scripts.find(({ name, letters }) => share(letters, name === "CJK" ? 3 : 1) > 0.25);
  return found ? { name: found.name, others: /\p{Script=Latin}+/gu } : latin;
}

/** Languages that their letters give away. */
function byLetters(text: string, script: string): LanguageGuess | null {
  if (script === "CJK") return byCharacters(text);
  if (script === "Arabic") return byArabicLetters(text);
  if (script === "Cyrillic" && /[ыэё]|ь(?!о)/i.test(text) && !notRussian.test(text))
    return { language: "ru", confidence: sureWithin(countInRuns(text, /\p{L}+/gu), 12) };
  return null;
}

const notRussian = /[іїєґўђћљњџј]/i;

function byCharacters(text: string): LanguageGuess {
  const han = countInRuns(text, /\p{Script=Han}+/gu);
  const kana = countInRuns(text, /[\p{Script=Hiragana}\p{Script=Katakana}]+/gu);
  const hangul = countInRuns(text, /\p{Script=Hangul}+/gu);
  if (hangul > han + kana) return { language: "ko", confidence: sureWithin(hangul, 2) };
  // Japanese cannot do without kana; a Chinese text may hold one or two in a name.
  if (kana * 10 > han) return { language: "ja", confidence: sureWithin(han + kana, 3) };
  return { language: "zh", confidence: sureWithin(han, 3) };
}

/** Persian writes پ چ ژ گ and its own ک ی; Arabic ة ى أ إ and its own ك ي. Others have letters that neither has. */
function byArabicLetters(text: string): LanguageGuess | null {
  if (/[ٹڈڑںےھہەێۆڵڕڤټډړښځڅېڭۇۈۋ]/u.test(text)) return null;
  const persian = countInRuns(text, /[پچژگکی]+/gu);
  const arabic = countInRuns(text, /[ةىأإكي]+/gu);
  const [more, fewer] = [Math.max(persian, arabic), Math.min(persian, arabic)];
  if (more < 2 || more < fewer * 4) return null;
  return { language: persian > arabic ? "fa" : "ar", confidence: sureWithin(more, 2) };
}

const sureWithin = (seen: number, needed: number) => 1 - 0.5 ** ((4 * seen) / needed);

/** What each language has for it, the likeliest first. */
type Piece = { ngrams: number; evidence: [language: string, points: number][] };

/** Adds up what each piece says; who writes another language beside much English has pasted the English. */
function byPieces(texts: string[]): LanguageGuess {
  const pieces = texts.map(weigh);
  const guess = sumUp(pieces);
  if (guess.language !== "en") return guess;

  const others = pieces.filter(({ evidence }) => evidence[0]?.[0] !== "en");
  const other = sumUp(others);
  const isPasted = other.confidence >= surelyEnough && ngramsIn(others) >= ngramsIn(pieces) * shareOfOwn;
  return isPasted ? other : guess;
}

const shareOfOwn = 0.25;
const bytesOfNgram = 3;
// eld tells the mean m of what the n-grams say for a language as m / (m + 25).
const scale = 25;

function weigh(text: string): Piece {
  const different = [...new Set(text.toLowerCase().match(/\p{L}+/gu))].join("");
  const ngrams = Buffer.byteLength(different) / bytesOfNgram;
  const scores = Object.entries(eld.detect(text).getScores());
  return {
    ngrams,
    evidence: scores.map(([language, score]) => [language, (ngrams * scale * score) / (1 - score)]),
  };
}

/**
 * The lead of the first language over the second one, in proportion to what chance gives to a text of this length.
 * The curve was fitted to 3400 pieces of one to twelve words from the demo reports: four of ten guesses without
 * any lead are wrong, one of ten at the threshold, one of three hundred at 150.
 */
function sumUp(pieces: Piece[]): LanguageGuess {
  const total = new Map<string, number>();
  for (const [language, points] of pieces.flatMap(({ evidence }) => evidence))
    total.set(language, (total.get(language) ?? 0) + points);
  const [first, second] = [...total].sort(([, one], [, other]) => other - one);
  if (!first) return { language: null, confidence: 0 };

  const ngrams = ngramsIn(pieces);
  const lead = (first[1] - (second?.[1] ?? 0)) / Math.sqrt(ngrams);
  const confidence = 1 / (1 + Math.exp((10 - lead) / 24));
  const says = ngrams >= fewestNgrams && first[1] / ngrams >= leastMean;
  return { language: first[0], confidence: says ? confidence : Math.min(confidence, 0.5) };
}

// A word may stand in any language. Sentences have a mean of 46 and more, letters typed at random one under 30.
const fewestNgrams = 3;
const leastMean = 35;

const ngramsIn = (pieces: Piece[]) => pieces.reduce((sum, { ngrams }) => sum + ngrams, 0);

// eld reads the first 350 bytes of a text alone.
const latinPiece = /\S.{0,300}(?=\s|$)|\S{1,300}/gu;
const otherPiece = /\S.{0,110}(?=\s|$)|\S{1,110}/gu;

const cutFor = (script: Script) => (line: string) =>
  line.match(script === latin ? latinPiece : otherPiece) ?? [];
