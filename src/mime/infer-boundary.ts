const farthest = 64 * 1024;

/**
 * The boundary of a multipart that names none, or one that does not occur: a line of dashes and a word, below which a part
 * begins. Null when no line near the beginning of the body looks like that.
 */
export function inferBoundary(bytes: Buffer, bodyStart: number): string | null {
  const body = bytes.toString("latin1", bodyStart, bodyStart + farthest);
  const lines = /(?:^|\n)--([\w'()+,./:=?-]{1,100})[ \t]*\r?\n(?=content-[a-z-]+[ \t]*:|\r?\n)/gi;
  for (const [, boundary = ""] of body.matchAll(lines)) {
    if (/[^-]/.test(boundary) && !boundary.endsWith("--")) return boundary;
  }
  return null;
}
