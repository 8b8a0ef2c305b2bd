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
  return changes.flatMap(({ added, removed, value }) =>
    change(added ? "added" : removed ? "removed" : "same", value.join("")),
  );
}

function change(kind: Change["kind"], text: string): Change[] {
  return text === "" ? [] : [{ kind, text }];
}
