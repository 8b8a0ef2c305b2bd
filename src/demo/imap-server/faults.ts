import type { Repeats } from "../fault-book.ts";
import { type Argument, textOf, textsOf } from "./parse-arguments.ts";
import { parseSequenceSet } from "./sequence-set.ts";

/**
 * What may go wrong, once or several times:
 * - refuse: the connection is reset at once (only when: "CONNECT")
 * - bye: untagged BYE instead of an answer, then the connection closes
 * - stall: never an answer; the connection stays open
 * - no: the command is refused and has no effect; `text` follows the NO, e.g. "[AUTHENTICATIONFAILED] Not now"
 * - lose answer: the command is done, but the connection closes before any of the answer
 * - cut: the connection closes after so many bytes: of the literals when the answer is to a FETCH, of the whole answer
 *   otherwise. A shorter answer is cut before its tagged line
 * - drip: the answer comes in pieces of so many bytes, so many milliseconds apart
 * - wrong length: each literal is announced as so many bytes longer (or shorter, below 0) than it is
 * - short: each literal is so many bytes shorter than what it should hold, and says so
 * - wrong size: each RFC822.SIZE is told as so many bytes more (or less, below 0) than the mail has
 * - exists twice: untagged EXISTS is said twice, also when nothing is new
 * - renumber: before the command is done, the folder (without one: INBOX) gets another UIDVALIDITY and its mails other UIDs
 */
export type FaultAct =
  | { do: "refuse" }
  | { do: "bye" }
  | { do: "stall" }
  | { do: "no"; text?: string }
  | { do: "lose answer" }
  | { do: "cut"; atByte: number }
  | { do: "drip"; bytes: number; everyMs: number }
  | { do: "wrong length"; by: number }
  | { do: "short"; by: number }
  | { do: "wrong size"; by: number }
  | { do: "exists twice" }
  | { do: "renumber"; folder?: string };

/** A fault and when it strikes: `when` is a command name ("FETCH" means UID FETCH as well), "CONNECT" or "*". */
export type Fault = Repeats & { when: string; user?: string; bodyOf?: number } & FaultAct;

/**
 * Whether a fault is for this command of this user. `bodyOf` narrows it to a UID FETCH of bodies whose set holds that UID.
 */
export function strikesAt(
  command: string,
  user: string | null,
  args: readonly Argument[] = [],
): (fault: Fault) => boolean {
  const name = command.replace(/^UID /, "");
  return ({ when, user: only, bodyOf }) =>
    (when === name || (when === "*" && name !== "CONNECT")) &&
    (!only || only === user) &&
    (bodyOf === undefined || (command === "UID FETCH" && asksForBody(args, bodyOf)));
}

function asksForBody([set, items]: readonly Argument[], uid: number): boolean {
  const ranges = parseSequenceSet(textOf(set), uid) ?? [];
  const asked = items?.kind === "list" ? textsOf(items) : [textOf(items)];
  return asked.some((item) => /^BODY/i.test(item)) && ranges.some(({ from, to }) => from <= uid && uid <= to);
}
