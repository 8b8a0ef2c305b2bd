import { age } from "../web/format.ts";
import type { Again } from "./thread.ts";

/** After this long the page no longer reloads by itself: the mail process does not run, or has much to do. */
const longestReload = 120_000;

/** What became of reading a mail once more; `waits`: the page looks again in a moment. */
export function againWords(
  { asked_at, done_at, result, reason }: Again,
  now = Date.now(),
): { words: string; waits: boolean } {
  if (!done_at) {
    const waits = now - asked_at.getTime() < longestReload;
    const words = waits
      ? "It is being read again. The page looks by itself."
      : "It waits to be read again: the mail process does not run, or has much to do.";
    return { words, waits };
  }
  const ago = age(done_at, now);
  const when = `Read again ${ago === "just now" ? ago : `${ago} ago`}`;
  const words = {
    changed: `${when}: it says something else now.`,
    same: `${when}: nothing is different.`,
    "no copy": "It could not be read again: its raw copy is gone, so this verdict stays.",
    "not read": `${when}, and it could not be read: ${reason}. What stands here is as it was.`,
  };
  return { words: words[result ?? "same"], waits: false };
}
