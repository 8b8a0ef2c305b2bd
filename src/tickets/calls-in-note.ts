import type { Database } from "../database.ts";
import { mentionedNames } from "./mentions.ts";

/** A piece of a note; `name`: it calls somebody who works here. */
export type CallPiece = { text: string; name: string | null };

/** Which of the names that these notes call belong to somebody who works here; no statement when they call nobody. */
export async function calledStaff(db: Database, notes: string[]): Promise<Set<string>> {
  const names = [...new Set(notes.flatMap(mentionedNames))];
  if (names.length === 0) return new Set();
  return new Set<string>(await db("staff").whereIn("name", names).pluck("name"));
}

/** A note in pieces, the names of `called` apart; null when it calls none of them. */
export function callsIn(note: string, called: Set<string>): CallPiece[] | null {
  const names = mentionedNames(note).filter((name) => called.has(name));
  if (names.length === 0) return null;
  const longestFirst = names.toSorted((one, other) => other.length - one.length).join("|");
  const call = new RegExp(`(?<![\\p{L}\\p{N}._%+@-])(@(?:${longestFirst}))(?![a-z0-9_@-]|\\.[a-z])`, "giu");
  return note
    .split(call)
    .map((text, index) => ({ text, name: index % 2 === 1 ? text.slice(1).toLowerCase() : null }))
    .filter(({ text }) => text !== "");
}
