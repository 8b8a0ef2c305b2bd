import { diffArrays } from "diff";

/** A piece of a comparison: in both texts, only in the new one, or only in the old one. */
export type Change = { kind: "same" | "added" | "removed"; text: string };

/** What changed between two texts, word by word as their language has words. Two that have little in common are shown as replaced. */
export function diffTexts(old: string, now: string, language: string): Change[] {
  const words = new Intl.Segmenter(language, { granularity: "word" });
  const tokens = (text: string) => Array.from(words.segment(text), ({ segment }) => segment);
  // Finding the shortest difference costs its square: after so many changes nobody would read it word by word.
  const changes = diffArrays(tokens(old), tokens(now), { maxEditLength: 1000 });
  if (!changes) return [...change("removed", old), ...change("added", now)];
  return inPhrases(
    changes.flatMap(({ added, removed, value }) =>
      change(added ? "added" : removed ? "removed" : "same", value.join("")),
    ),
  );
}

/** Words that changed one after the other become one phrase: what went, then what came. */
function inPhrases(changes: Change[]): Change[] {
  const phrases: Change[] = [];
  let gone = "";
  let come = "";
  const close = () => {
    phrases.push(...change("removed", gone), ...change("added", come));
    gone = come = "";
  };

  for (const [index, { kind, text }] of changes.entries()) {
    const between =
      kind === "same" && (gone || come) && /^[^\S\n]+$/.test(text) && index < changes.length - 1;
    if (kind === "same" && !between) {
      close();
      phrases.push({ kind, text });
    }
    if (kind === "removed" || between) gone += text;
    if (kind === "added" || between) come += text;
  }
  close();
  return phrases;
}

function change(kind: Change["kind"], text: string): Change[] {
  return text === "" ? [] : [{ kind, text }];
}
