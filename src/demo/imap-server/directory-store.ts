import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { FolderFacts, MailStore, StoredFolder, StoredMail } from "./mail-store.ts";

/**
 * Keeps mail as `<directory>/<user>/<folder>/<uid>.eml` beside a `folder.json`. A killed process loses nothing
 * that was acknowledged; a power failure may, because nothing is flushed to the disk by force.
 */
export function directoryStore(directory: string): MailStore {
  const folderPath = (user: string, folder: string) => join(directory, fileName(user), fileName(folder));

  return {
    load(user) {
      const home = join(directory, fileName(user));
      mkdirSync(home, { recursive: true });
      return readdirSync(home).flatMap((entry) => loadFolder(join(home, entry)) ?? []);
    },
    keepFolder(user, facts) {
      mkdirSync(folderPath(user, facts.name), { recursive: true });
      replaceFile(join(folderPath(user, facts.name), "folder.json"), JSON.stringify(facts));
    },
    keepMail(user, folder, mail) {
      replaceFile(join(folderPath(user, folder), `${mail.uid}.eml`), mail.raw, mail.internalDate);
    },
    dropMail(user, folder, uid) {
      rmSync(join(folderPath(user, folder), `${uid}.eml`), { force: true });
    },
    dropFolder(user, folder) {
      rmSync(folderPath(user, folder), { recursive: true, force: true });
    },
  };
}

function loadFolder(path: string): StoredFolder | null {
  const facts = readFacts(join(path, "folder.json"));
  if (!facts) return null;

  const mails = readdirSync(path)
    .flatMap((entry) => /^(\d+)\.eml$/.exec(entry)?.[1] ?? [])
    .map((uid) => loadMail(path, Number(uid), facts))
    .sort((one, other) => one.uid - other.uid);
  // A mail may have been written by a process that died before it could note the next number.
  return { ...facts, mails, uidNext: Math.max(facts.uidNext, (mails.at(-1)?.uid ?? 0) + 1) };
}

function readFacts(path: string): FolderFacts | null {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
      return null;
    throw error;
  }
}

function loadMail(path: string, uid: number, facts: FolderFacts): StoredMail {
  const file = join(path, `${uid}.eml`);
  return { uid, raw: readFileSync(file), flags: facts.flags[uid] ?? [], internalDate: statSync(file).mtime };
}

function replaceFile(path: string, content: string | Buffer, date?: Date): void {
  const unfinished = `${path}.unfinished`;
  writeFileSync(unfinished, content);
  if (date) utimesSync(unfinished, date, date);
  renameSync(unfinished, path);
}

// A name comes from outside: no part of it may climb out of the directory.
function fileName(name: string): string {
  return encodeURIComponent(name).replaceAll(".", "%2E");
}
