/** When a fault strikes: at the `nth` time (default the first) that it fits after it was set, `times` in a row (default once). */
export type Repeats = { nth?: number; times?: number };

/** A fault that was set: how often it has struck, and a way to take it back. */
export type SetFault = { readonly strikes: number; remove(): void };

/** The faults that wait for their moment, in the demo mailbox as in the demo SMTP server. */
export class FaultBook<Fault extends Repeats> {
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

  /** The fault that strikes now, of those that fit this moment; null when there is none. */
  strike(fits: (fault: Fault) => boolean): Fault | null {
    let struck: Fault | null = null;
    for (const entry of this.#waiting) {
      const { nth = 1, times = 1 } = entry.fault;
      if (!fits(entry.fault)) continue;

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
