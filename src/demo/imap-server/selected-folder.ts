import type { Folder, Message } from "./folder.ts";
import { BadCommand } from "./parse-arguments.ts";
import { parseSequenceSet } from "./sequence-set.ts";

export type Numbered = { number: number; message: Message };

/** A folder as one client knows it: its message numbers change only when the client has been told. */
export class SelectedFolder {
  readonly folder: Folder;
  readonly readOnly: boolean;
  view: Message[];
  #expunges: number;
  #flagChanges: number;
  #lastUid: number;

  constructor(folder: Folder, readOnly: boolean) {
    this.folder = folder;
    this.readOnly = readOnly;
    this.view = [...folder.messages];
    this.#expunges = folder.expunges;
    this.#flagChanges = folder.flagChanges;
    this.#lastUid = folder.uidNext - 1;
  }

  /** The untagged lines that bring the client up to date; EXPUNGE only where it may be said (RFC 9051 §7.5.1). */
  news(mayExpunge: boolean): string[] {
    return [...(mayExpunge ? this.#expungeNews() : []), ...this.#flagNews(), ...this.#existsNews()];
  }

  /** Messages of a set of numbers or UIDs, in order; throws BadCommand for a malformed set or a number that is not there. */
  find(set: string, byUid: boolean): Numbered[] {
    const largest = byUid ? (this.view.at(-1)?.uid ?? 0) : this.view.length;
    const ranges = parseSequenceSet(set, largest);
    if (!ranges) throw new BadCommand("Invalid messageset");
    if (!byUid && ranges.some(({ from, to }) => from < 1 || to > largest))
      throw new BadCommand("Invalid messageset");

    const places = new Set<number>();
    for (const { from, to } of ranges) {
      for (let at = byUid ? this.#placeOfUid(from) : from - 1; at < this.view.length; at += 1) {
        if ((byUid ? (this.view[at]?.uid ?? 0) : at + 1) > to) break;
        places.add(at);
      }
    }
    return [...places].sort((one, other) => one - other).flatMap((at) => this.#numbered(at));
  }

  /** All messages with their numbers. */
  all(): Numbered[] {
    return this.view.map((message, index) => ({ number: index + 1, message }));
  }

  /** Takes note that the client gets the flags of its own STORE in another way. */
  flagsAreKnown(): void {
    this.#flagChanges = this.folder.flagChanges;
  }

  #numbered(at: number): Numbered[] {
    const message = this.view[at];
    return message ? [{ number: at + 1, message }] : [];
  }

  #placeOfUid(uid: number): number {
    let [low, high] = [0, this.view.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.view[middle]?.uid ?? 0) < uid) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #expungeNews(): string[] {
    if (this.#expunges === this.folder.expunges) return [];
    this.#expunges = this.folder.expunges;

    const kept: Message[] = [];
    const lines: string[] = [];
    for (const message of this.view) {
      if (message.expunged) lines.push(`* ${kept.length + 1} EXPUNGE`);
      else kept.push(message);
    }
    this.view = kept;
    return lines;
  }

  #flagNews(): string[] {
    const known = this.#flagChanges;
    if (known === this.folder.flagChanges) return [];
    this.#flagChanges = this.folder.flagChanges;
    return this.all()
      .filter(({ message }) => message.flagsChangedAt > known && !message.expunged)
      .map(
        ({ number, message }) =>
          `* ${number} FETCH (UID ${message.uid} FLAGS (${[...message.flags].join(" ")}))`,
      );
  }

  #existsNews(): string[] {
    if (this.#lastUid === this.folder.uidNext - 1) return [];
    const known = this.#lastUid;
    this.#lastUid = this.folder.uidNext - 1;

    const { messages } = this.folder;
    let first = messages.length;
    while (first > 0 && (messages[first - 1]?.uid ?? 0) > known) first -= 1;
    if (first === messages.length) return [];
    this.view.push(...messages.slice(first));
    return [`* ${this.view.length} EXISTS`];
  }
}
