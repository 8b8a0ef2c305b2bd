const longestSubject = 300;

/** What mail programs put before the subject of an answer or of a forwarded mail, in the languages of the queues and more. */
const prefix =
  "re|aw|antw|antwort|sv|vs|vá|rv|res|resp|ref|r|rif|ri|i|odp|ynt|cevap|bls|atb|ts|på|ha|svar|vl|vb|doorst|fwd?|wg|tr|enc|pd|ilt|i̇lt|fs|трансл|отв|ответ|на|пересл|fyi|ext|extern|external|відп|від|απ|σχετ|πρθ|השב|תשובה|הועבר|רד|رد|پاسخ|بازارسال|پ|إعادة توجيه|回复|答复|回覆|转发|轉寄|返信|転送|회신|답장|전달";
const before = new RegExp(
  String.raw`^\s*(?:(?:${prefix})\s?(?:\[\d{1,3}\]|\^\d{1,3}|\(\d{1,3}\))?\s?[:：]|\[[^\[\]]{1,40}\](?=\s*\S)|\*{1,5}[^*]{1,30}\*{1,5}(?=\s*\S))\s*`,
  "iu",
);

/** A subject without what programs put around it; `isAnswer`: one of them said that it answers or forwards something. */
export function baseSubject(subject: string): { base: string; isAnswer: boolean } {
  let base = subject.slice(0, longestSubject).normalize("NFKC");
  let isAnswer = false;
  for (let found = before.exec(base); found; found = before.exec(base)) {
    isAnswer ||= !/^\s*(?:[[*]|ext)/i.test(found[0]);
    base = base.slice(found[0].length);
  }
  return { base: base.replace(/\s*\(fwd\)\s*$/i, "").trim(), isAnswer };
}

/** Programs that encrypt write one of these outside (RFC 9788 §2.2), others where nothing was typed. */
const nothing =
  /^(?:encrypted (?:message|mail|e-?mail)|verschlüsselte nachricht|message chiffré|mensaje cifrado|no subject|\(no subject\)|no summary|kein betreff|sans objet|sin asunto|без темы)$/iu;

/** The words of a base subject, for `likeness`; none where it says nothing. */
export function wordsOfSubject(base: string): Set<string> {
  if (nothing.test(base)) return new Set();
  const words = [...segmenter.segment(base.toLowerCase())].filter(({ isWordLike }) => isWordLike);
  return new Set(words.map(({ segment }) => segment));
}

const segmenter = new Intl.Segmenter(undefined, { granularity: "word" });

/**
 * How much of what two subjects say is the same, from 0 to 1: long words count for more, since they tell a matter from
 * another in every language. One whose words all stand in the other is like it.
 */
export function likeness(one: Set<string>, other: Set<string>): number {
  const shared = weightOf(one.intersection(other));
  const shorter = Math.min(weightOf(one), weightOf(other));
  if (shorter === 0) return 0;
  const isContained = shared === shorter && shared >= 5;
  return isContained ? 1 : shared / weightOf(one.union(other));
}

function weightOf(words: Set<string>): number {
  return [...words].reduce((sum, word) => sum + weightOfWord(word), 0);
}

function weightOfWord(word: string): number {
  return /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}/u.test(word)
    ? word.length * 3
    : word.length;
}
