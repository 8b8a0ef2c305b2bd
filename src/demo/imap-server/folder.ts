import type { FolderFacts, MailStore } from "./mail-store.ts";

export type Message = {
  uid: number;
  raw: Buffer;
  flags: Set<string>;
  internalDate: Date;
  expunged: boolean;
  flagsChangedAt: number;
};

export type NewMessage = { raw: Buffer; flags: Iterable<string>; internalDate: Date };

/** One folder: its messages in the order of their UIDs. Every change is in the store before the caller goes on. */
export class Folder {
  readonly user: string;
  readonly name: string;
  readonly uidValidity: number;
  readonly watchers = new Set<() => void>();
  messages: Message[] = [];
  uidNext = 1;
  expunges = 0;
  flagChanges = 0;
  gone = false;
  readonly #store: MailStore | null;

  constructor(user: string, name: string, uidValidity: number, store: MailStore | null) {
    this.user = user;
    this.name = name;
    this.uidValidity = uidValidity;
    this.#store = store;
  }

  /** Adds messages in order; when the store refuses one, those before it stay. */
  add(news: NewMessage[]): Message[] {
    const added = news.map((one) => this.#number(one));
    // The next number is written first: one that a broken write has used up is never given to another mail.
    this.#store?.keepFolder(this.user, this.#facts([...this.messages, ...added]));
    try {
      for (const message of added) {
        this.#store?.keepMail(this.user, this.name, { ...message, flags: [...message.flags] });
        this.messages.push(message);
      }
    } finally {
      this.tellWatchers();
    }
    return added;
  }

  /** Takes messages out for good; those that somebody else has taken out before are left alone. */
  expunge(messages: Message[]): void {
    for (const message of messages) {
      if (message.expunged) continue;
      this.#store?.dropMail(this.user, this.name, message.uid);
      message.expunged = true;
    }
    this.messages = this.messages.filter((message) => !message.expunged);
    this.expunges += 1;
    this.tellWatchers();
  }

  /** Replaces the flags of a message. */
  setFlags(message: Message, flags: Set<string>): void {
    this.flagChanges += 1;
    message.flags = flags;
    message.flagsChangedAt = this.flagChanges;
    this.keepFacts();
    this.tellWatchers();
  }

  /** Writes what the folder knows beside its mails. */
  keepFacts(): void {
    this.#store?.keepFolder(this.user, this.#facts(this.messages));
  }

  /** Tells every session that has this folder open to look again. */
  tellWatchers(): void {
    for (const watcher of this.watchers) watcher();
  }

  #number({ raw, flags, internalDate }: NewMessage): Message {
    this.uidNext += 1;
    return {
      uid: this.uidNext - 1,
      raw,
      flags: new Set(flags),
      internalDate,
      expunged: false,
      flagsChangedAt: 0,
    };
  }

  #facts(messages: Message[]): FolderFacts {
    const flagged = messages.filter((message) => message.flags.size > 0);
    const flags = Object.fromEntries(flagged.map((message) => [message.uid, [...message.flags]]));
    return { name: this.name, uidValidity: this.uidValidity, uidNext: this.uidNext, flags };
  }
}
