import { eld } from "eld/extrasmall";

/** Languages that are told apart; fewer candidates make fewer mistakes on short texts. */
const candidates = ["en", "fr", "de", "es", "it", "pt", "fa", "ru", "ar", "zh", "nl", "pl", "tr", "ca"];
const fewestLetters = 12;
const longestText = 5_000;

eld.setLanguageSubset(candidates);

/**
 * The language of a person's own words as an ISO 639-1 code; null when the text is too short or the guess not sure.
 * Quoted lines, the signature, addresses and links are left out.
 */
export function detectLanguage(text: string): string | null {
  const words = ownWords(text.slice(0, longestText));
  const letters = words.match(/\p{L}/gu)?.length ?? 0;
  if (letters === 0) return null;
  if ((words.match(/\p{Script=Han}/gu)?.length ?? 0) > letters / 2) return "zh";
  if (letters < fewestLetters) return null;

  const guess = eld.detect(words);
  return guess.language && guess.isReliable() ? guess.language : null;
}

function ownWords(text: string): string {
  const beforeSignature = text.split(/\n-- ?\n/)[0] ?? "";
  return beforeSignature
    .replace(/^[ \t]*>.*$/gm, " ")
    .replace(/\S+[@:/]\S+/g, " ")
    .trim();
}
