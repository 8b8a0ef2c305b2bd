import type { FaultBook } from "../fault-book.ts";
import type { Account } from "./account.ts";
import type { ByteReader } from "./byte-reader.ts";
import type { Fault } from "./faults.ts";
import type { Folder } from "./folder.ts";
import { decodeFolderName } from "./folder-name.ts";
import type { Outlet } from "./outlet.ts";
import { type Argument, BadCommand, textOf } from "./parse-arguments.ts";
import type { Command } from "./read-command.ts";
import type { SelectedFolder } from "./selected-folder.ts";

/** What all sessions share: who may come in, what may go wrong, how large a mail may be. */
export type House = {
  accounts: Map<string, { password: string; account: Account }>;
  faults: FaultBook<Fault>;
  mostMailBytes: number;
};

/** One client's conversation. */
export type Session = {
  house: House;
  reader: ByteReader;
  outlet: Outlet;
  account: Account | null;
  selected: SelectedFolder | null;
  saysExistsTwice: boolean;
  isLeaving: boolean;
};

/** Carries out a command and returns what follows the tag: "OK …", "NO …" or "BAD …". */
export type Handler = (session: Session, command: Command) => Promise<string>;

/** Tells the client what has changed in its folder since the last time. */
export async function sendNews(session: Session, mayExpunge: boolean): Promise<void> {
  const lines = session.selected?.news(mayExpunge) ?? [];
  if (lines.length > 0) await session.outlet.send(lines.map((line) => `${line}\r\n`).join(""));

  if (session.saysExistsTwice && session.selected) {
    const exists = `* ${session.selected.view.length} EXISTS\r\n`;
    await session.outlet.send(lines.at(-1)?.endsWith("EXISTS") ? exists : exists + exists);
  }
}

/** Says BYE and hangs up. */
export async function sayBye(session: Session, reason: string): Promise<void> {
  session.isLeaving = true;
  await session.outlet.send(`* BYE ${reason}\r\n`);
  session.outlet.close();
}

/** The account of this session; throws BadCommand before LOGIN. */
export function accountOf(session: Session): Account {
  if (!session.account) throw new BadCommand("Log in first");
  return session.account;
}

/** The open folder of this session; throws BadCommand when none is open. */
export function selectedOf(session: Session): SelectedFolder {
  if (!session.selected) throw new BadCommand("No mailbox selected");
  return session.selected;
}

/** A folder name as people write it; null when it is malformed. */
export function readFolderName(argument: Argument | undefined): string | null {
  return decodeFolderName(textOf(argument));
}

/** The folder that an argument names, or null. */
export function findFolder(session: Session, argument: Argument | undefined): Folder | null {
  const name = readFolderName(argument);
  return name === null ? null : (accountOf(session).folders.get(name) ?? null);
}
