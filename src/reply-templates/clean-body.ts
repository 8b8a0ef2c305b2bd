/** The most characters of one text: many pages. The database holds it too. */
export const longestBody = 20_000;

/** A text as it is kept and compared: lines end with LF, nothing empty around it, no character that Postgres refuses. */
export function cleanBody(text: string): string {
  return text
    .toWellFormed()
    .replaceAll("\0", "")
    .replace(/\r\n?/g, "\n")
    .replace(/^(?:[^\S\n]*\n)+/, "")
    .trimEnd();
}
