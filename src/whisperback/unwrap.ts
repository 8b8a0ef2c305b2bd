import { codePoints } from "./code-points.ts";

/**
 * Join the lines that WhisperBack wrapped at 70 columns, for matching only: which line ends were the person's
 * own is a guess. Words of more than 70 characters, such as links, become one piece again.
 */
export function unwrap(text: string): string {
  const joined: string[] = [];
  let last = "";
  for (const line of text.split("\n")) {
    const glue = glueBetween(last, line);
    if (glue === null) joined.push(joined.length === 0 ? "" : "\n");
    else joined.push(glue);
    joined.push(line);
    last = line;
  }
  return joined.join("");
}

const columns = 70;

function glueBetween(line: string, next: string): "" | " " | null {
  if (line === "" || !/^\S/.test(next)) return null;
  const width = codePoints(line);
  if (width > columns) return null;

  const word = /^\S+/.exec(next)?.[0] ?? "";
  const wordBefore = line.slice(line.lastIndexOf(" ") + 1);
  if (width === columns && codePoints(wordBefore) + codePoints(word) > columns) return "";

  const piece = /^[^\s-]*-*/.exec(next)?.[0] || word;
  const brokenAtHyphen = /[\p{L}\p{N}]-$/u.test(line);
  if (brokenAtHyphen && width + codePoints(piece) > columns) return "";
  return width + 1 + codePoints(piece) > columns ? " " : null;
}
