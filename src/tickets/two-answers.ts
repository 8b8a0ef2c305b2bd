/** What a person says about the two questions that every answer about hardware asks; null: not told plainly. */
export type TwoAnswers = { version: string | null; workaround: string | null };

const mostText = 20_000;
const version = String.raw`(?<![\d.])(\d{1,2}\.\d{1,2}(?:\.\d{1,2})?(?:~\w{1,8})?)(?![\d.]*\d)`;
/** "It worked", in the languages of the queues; without what denies it. */
const worked =
  "(?:worked|works fine|was fine|was ok|fonctionn(?:ait|e bien)|marchait|funktionierte|lief|ging(?: es)? noch|funcionaba|iba bien|funzionava|andava|funcionava)";
const denial =
  /\b(?:not|never|no longer|nor|didn't|doesn't|pas|plus|jamais|nicht|nie|nunca|ya no|non|mai|não)\b|n't\b/iu;
const nothing =
  /^(?:no(?:ne|pe|thing)?|non|aucun\w*|nein|kein\w*|nichts|ning\p{L}*|nada|nessun\w*|niente|não|nenhum\w*|-+|\?+)\b.{0,30}$/isu;
const headings =
  /^\W{0,5}(?:work-?arounds?|contournement|solution de contournement|umgehung|abhilfe|soluci[oó]n temporal|soluzione temporanea|solu[cç][aã]o (?:tempor[aá]ria|alternativa))\b[^:\n]{0,60}:[ \t]*/imu;

/**
 * Reads the two answers from a person's own words: numbered as we asked them, or told in a sentence. It is a proposal,
 * for a member of the staff to look at; quoted lines do not count. Bounded time for any text.
 */
export function readTwoAnswers(text: string): TwoAnswers {
  const own = text
    .slice(0, mostText)
    .split("\n")
    .filter((line) => !/^\s*>/.test(line))
    .join("\n");
  const [first, second] = numbered(own);
  return {
    version: (first && versionIn(first)) ?? toldVersion(own),
    workaround: (second && told(second)) ?? underHeading(own),
  };
}

/** What stands after "1." and "2.", each up to an empty line or the next number. */
function numbered(text: string): [string, string] | [] {
  const found =
    /^[ \t]*1[ \t]?[.):][ \t]*(\S[^\n]*(?:\n(?![ \t]*\d[ \t]?[.):]|[ \t]*\n)[^\n]+)*)\s*\n+[ \t]*2[ \t]?[.):][ \t]*(\S[^\n]*(?:\n(?![ \t]*\d[ \t]?[.):]|[ \t]*\n)[^\n]+)*)/m.exec(
      text,
    );
  return found ? [found[1] ?? "", found[2] ?? ""] : [];
}

function versionIn(answer: string): string | null {
  return new RegExp(version).exec(answer)?.[1] ?? null;
}

function toldVersion(text: string): string | null {
  for (const sentence of text.split(/\n|[.!?](?=\s)/)) {
    if (sentence.length > 1000 || denial.test(sentence)) continue;
    const before = new RegExp(`${worked}.{0,40}?${version}`, "iu").exec(sentence);
    const after = new RegExp(`${version}.{0,40}?${worked}`, "iu").exec(sentence);
    const found = before?.[1] ?? after?.[1];
    if (found) return found;
  }
  return null;
}

function told(answer: string): string | null {
  const text = answer.trim();
  return text === "" || nothing.test(text) ? null : text.slice(0, 2000);
}

function underHeading(text: string): string | null {
  const heading = headings.exec(text);
  if (!heading) return null;
  const [paragraph = ""] = text.slice(heading.index + heading[0].length).split(/\n[ \t]*\n/);
  return told(paragraph);
}
