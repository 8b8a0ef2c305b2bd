/**
 * The ten stages at which sending a mail may go wrong, in their order: "connect" (before anything is said), "greeting",
 * "ehlo", "auth", "mail", "rcpt", "data" (the command), "body" (while the mail is under way), "end" (the whole mail has
 * arrived, nothing is answered yet) and "answered" (the 250 is out).
 */
export type SmtpStage =
  | "connect"
  | "greeting"
  | "ehlo"
  | "auth"
  | "mail"
  | "rcpt"
  | "data"
  | "body"
  | "end"
  | "answered";

/**
 * What may go wrong, at the `nth` time (default the first) that the stage comes up from now on, `times` in a row (default once):
 * - close: the connection closes, at "connect" by a reset, at "body" after `atByte` bytes of the mail (default 1)
 * - silence: never an answer again, the connection stays open
 * - reply: this code instead of what the server would say, from "greeting" to "end" (not "body")
 * At "end", `kept` says whether the mail was kept all the same (default false), which the sender cannot know.
 */
export type SmtpFault = {
  stage: SmtpStage;
  nth?: number;
  times?: number;
  kept?: boolean;
  atByte?: number;
} & ({ do: "close" } | { do: "silence" } | { do: "reply"; code: number; text?: string });

export type SetSmtpFault = { readonly strikes: number; remove(): void };

/** The faults that wait for their stage. */
export class SmtpFaultBook {
  readonly #waiting = new Set<{ fault: SmtpFault; seen: number; strikes: number }>();

  /** Sets a fault. */
  add(fault: SmtpFault): SetSmtpFault {
    const entry = { fault, seen: 0, strikes: 0 };
    this.#waiting.add(entry);
    return {
      get strikes() {
        return entry.strikes;
      },
      remove: () => void this.#waiting.delete(entry),
    };
  }

  /** The fault that strikes at this stage, if any. */
  strike(stage: SmtpStage): SmtpFault | null {
    let struck: SmtpFault | null = null;
    for (const entry of this.#waiting) {
      const { nth = 1, times = 1 } = entry.fault;
      if (entry.fault.stage !== stage) continue;

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
