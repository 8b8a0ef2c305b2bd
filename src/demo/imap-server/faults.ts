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
  | { do: "exists twice" }
  | { do: "renumber"; folder?: string };

/**
 * A fault and when it strikes: `when` is a command name ("FETCH" means UID FETCH as well), "CONNECT" or "*";
 * from the `nth` such command after the fault was set (default the first), `times` in a row (default once).
 */
export type Fault = { when: string; nth?: number; times?: number; user?: string } & FaultAct;

/** A fault that was set: how often it has struck, and a way to take it back. */
export type SetFault = { readonly strikes: number; remove(): void };

/** The faults that wait for their command. */
export class FaultBook {
  readonly #waiting = new Set<{ fault: Fault; seen: number; strikes: number }>();

  /** Sets a fault. */
  add(fault: Fault): SetFault {
    const entry = { fault, seen: 0, strikes: 0 };
    this.#waiting.add(entry);
    return {
      get strikes() {
        return entry.strikes;
      },
      remove: () => void this.#waiting.delete(entry),
    };
  }

  /** The fault that strikes this command, if any. */
  strike(command: string, user: string | null): FaultAct | null {
    const name = command.replace(/^UID /, "");
    let struck: FaultAct | null = null;
    for (const entry of this.#waiting) {
      const { when, nth = 1, times = 1, user: only } = entry.fault;
      if ((when !== "*" && when !== name) || (when === "*" && name === "CONNECT") || (only && only !== user))
        continue;

      entry.seen += 1;
      if (struck || entry.seen < nth) continue;
      entry.strikes += 1;
      struck = entry.fault;
      if (entry.strikes >= times) this.#waiting.delete(entry);
    }
    return struck;
  }

  /** Forgets all faults. */
  clear(): void {
    this.#waiting.clear();
  }
}
