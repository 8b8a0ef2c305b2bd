/** Scripts in which a joiner changes how the letters beside it are written (Unicode Standard §9.2, §12.1, §23.2). */
const joining =
  "Arabic Syriac Mongolian Nko Mandaic Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala Khmer Myanmar Tibetan";
const letters = joining
  .split(" ")
  .map((name) => `\\p{Script=${name}}`)
  .join("");
const emoji = "[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\ufe0f]";

/** Joiners between letters of a script that has them, and those that make one emoji of several. */
const joiners = new RegExp(
  `(?<=[${letters}]\\p{M}*)[\\u200c\\u200d](?=[${letters}\\p{M}\\u200d ]|$)|(?<=${emoji})\\u200d(?=\\p{Extended_Pictographic})`,
  "gu",
);

const rightToLeft = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const directionMarks = /[\u200e\u200f\u061c]/gu;

/** The text without joiners that belong to the letters beside them: to a reader they are part of these letters. */
export function withoutJoiners(text: string): string {
  return text.replace(joiners, "");
}

/** The text without what is invisible and belongs to its script: joiners, and direction marks where letters run leftwards. */
export function withoutMarksOfScript(text: string): string {
  const rest = withoutJoiners(text);
  return rightToLeft.test(rest) ? rest.replace(directionMarks, "") : rest;
}

/** The text without format characters (\p{Cf}), but with the joiners that belong to the letters beside them. */
export function withJoinersAlone(text: string): string {
  let at = 0;
  const pieces: string[] = [];
  for (const { index, 0: joiner } of text.matchAll(joiners)) {
    pieces.push(text.slice(at, index).replace(/\p{Cf}/gu, ""), joiner);
    at = index + joiner.length;
  }
  return [...pieces, text.slice(at).replace(/\p{Cf}/gu, "")].join("");
}
