import { Folder } from "./folder.ts";
import type { MailStore } from "./mail-store.ts";

// Shared by all servers of the process: one that is started anew within a second must not repeat a value.
let lastUidValidity = 0;

/** The folders of one user. INBOX is always there. */
export class Account {
  readonly user: string;
  readonly folders = new Map<string, Folder>();
  readonly #store: MailStore | null;

  constructor(user: string, folderNames: string[], store: MailStore | null) {
    this.user = user;
    this.#store = store;
    for (const stored of store?.load(user) ?? []) {
      lastUidValidity = Math.max(lastUidValidity, stored.uidValidity);
      const folder = new Folder(user, stored.name, stored.uidValidity, store);
      folder.uidNext = stored.uidNext;
      folder.messages = stored.mails.map((mail) => ({
        ...mail,
        flags: new Set(mail.flags),
        expunged: false,
        flagsChangedAt: 0,
      }));
      this.folders.set(stored.name, folder);
    }
    for (const name of ["INBOX", ...folderNames]) if (!this.folders.has(name)) this.create(name);
  }

  /** Makes an empty folder that does not exist yet. */
  create(name: string): Folder {
    const folder = new Folder(this.user, name, nextUidValidity(), this.#store);
    folder.keepFacts();
    this.folders.set(name, folder);
    return folder;
  }

  /** Deletes a folder with everything in it. */
  remove(folder: Folder): void {
    this.#store?.dropFolder(this.user, folder.name);
    this.folders.delete(folder.name);
    folder.gone = true;
    folder.tellWatchers();
  }

  /** Gives a folder another UIDVALIDITY and numbers its messages from 1, as a restored or rebuilt server does. */
  renumber(folder: Folder): Folder {
    this.remove(folder);
    const renumbered = this.create(folder.name);
    renumbered.add(folder.messages);
    return renumbered;
  }

  /** The folders above others that nobody has made, which a list shows all the same. */
  missingParents(): string[] {
    const parents = new Set<string>();
    for (const name of this.folders.keys()) {
      for (let end = name.lastIndexOf("/"); end > 0; end = name.lastIndexOf("/", end - 1))
        parents.add(name.slice(0, end));
    }
    return [...parents].filter((name) => !this.folders.has(name));
  }
}

function nextUidValidity(): number {
  lastUidValidity = Math.max(lastUidValidity + 1, Math.floor(Date.now() / 1000));
  return lastUidValidity;
}
