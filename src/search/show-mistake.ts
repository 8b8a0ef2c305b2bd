import type { QueryMistake } from "./query.ts";

/** What a box shows under a mistake: the search around its place, and a caret below. */
export type ShownMistake = {
  message: string;
  line: string;
  caret: string;
  /** What may have been meant, with the address where it is searched for. */
  instead: { words: string; href: string } | null;
};

/** `hrefOf`: the address of the same page with another search. */
export function showMistake(
  typed: string,
  { message, at, suggestion }: QueryMistake,
  hrefOf: (query: string) => string,
): ShownMistake {
  const start = Math.max(0, at - 50);
  const shown = typed.slice(start, at + 50).replace(/[\s\p{C}]/gu, (sign) => (sign === " " ? " " : "·"));
  const isCut = start > 0;
  return {
    message,
    line: (isCut ? "…" : "") + shown,
    caret: `${" ".repeat(at - start + (isCut ? 1 : 0))}^`,
    instead: suggestion ? { words: suggestion, href: hrefOf(suggestion) } : null,
  };
}
