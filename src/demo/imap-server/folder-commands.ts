import type { Folder } from "./folder.ts";
import { encodeFolderName, problemOfFolderName } from "./folder-name.ts";
import { quote } from "./formats.ts";
import { textOf, textsOf } from "./parse-arguments.ts";
import type { Command } from "./read-command.ts";
import { SelectedFolder } from "./selected-folder.ts";
import { accountOf, findFolder, type Handler, readFolderName, type Session, selectedOf } from "./session.ts";

const missing = "Mailbox doesn't exist";
const knownFlags = "\\Answered \\Flagged \\Deleted \\Seen \\Draft";
const specialUses = new Set(["Sent", "Trash", "Archive", "Drafts", "Junk"]);

/** The commands about folders. */
export const folderCommands: [string, Handler][] = [
  ["LIST", (session, command) => list(session, command)],
  ["LSUB", (session, command) => list(session, command)],
  ["SUBSCRIBE", async (session, { args }) => (findFolder(session, args[0]) ? "OK Done" : `NO ${missing}`)],
  ["UNSUBSCRIBE", async (session, { args }) => (findFolder(session, args[0]) ? "OK Done" : `NO ${missing}`)],
  ["CREATE", create],
  ["DELETE", remove],
  ["STATUS", status],
  ["SELECT", (session, command) => select(session, command, false)],
  ["EXAMINE", (session, command) => select(session, command, true)],
  ["CLOSE", close],
  ["UNSELECT", unselect],
  ["CHECK", async (session) => `OK ${selectedOf(session) && "Done"}`],
];

async function list(session: Session, { name: command, args }: Command): Promise<string> {
  const account = accountOf(session);
  const pattern = textOf(args[1]);
  if (pattern === "") {
    await session.outlet.send(`* ${command} (\\Noselect) "/" ""\r\n`);
    return "OK List completed";
  }

  const names = [...account.folders.keys(), ...account.missingParents()].sort();
  const matching = names.filter((name) => matches(encodeFolderName(name), textOf(args[0]) + pattern));
  for (const name of matching) {
    const attributes = attributesOf(name, names, account.folders.has(name));
    await session.outlet.send(
      `* ${command} (${attributes.join(" ")}) "/" ${quote(encodeFolderName(name))}\r\n`,
    );
  }
  return "OK List completed";
}

function attributesOf(name: string, names: string[], exists: boolean): string[] {
  const children = names.some((other) => other.startsWith(`${name}/`)) ? "\\HasChildren" : "\\HasNoChildren";
  return [...(exists ? [] : ["\\Noselect"]), children, ...(specialUses.has(name) ? [`\\${name}`] : [])];
}

// "*" stands for anything, "%" for anything without a "/". No regular expression: the pattern comes from outside.
function matches(name: string, pattern: string): boolean {
  let reached = new Set([0]);
  for (const sign of pattern.slice(0, 1000)) {
    const next = new Set<number>();
    for (const at of reached) {
      if (sign === "*" || sign === "%") {
        for (let end = at; end <= name.length && !next.has(end); end += 1) {
          next.add(end);
          if (sign === "%" && name[end] === "/") break;
        }
      } else if (isSame(name, at, sign)) next.add(at + 1);
    }
    reached = next;
  }
  return reached.has(name.length);
}

function isSame(name: string, at: number, sign: string): boolean {
  return name === "INBOX" ? name[at] === sign.toUpperCase() : name[at] === sign;
}

async function create(session: Session, { args }: Command): Promise<string> {
  const account = accountOf(session);
  const name = readFolderName(args[0])?.replace(/\/$/, "");
  if (name === undefined) return "NO Mailbox name is not valid mUTF-7";
  const problem = problemOfFolderName(name);
  if (problem) return `NO [CANNOT] Invalid mailbox name: ${problem}`;
  if (account.folders.has(name)) return "NO [ALREADYEXISTS] Mailbox already exists";

  account.create(name);
  return "OK Create completed";
}

async function remove(session: Session, { args }: Command): Promise<string> {
  const folder = findFolder(session, args[0]);
  if (!folder) return `NO [NONEXISTENT] ${missing}`;
  if (folder.name === "INBOX") return "NO INBOX can't be deleted";

  if (session.selected?.folder === folder) session.selected = null;
  accountOf(session).remove(folder);
  return "OK Delete completed";
}

async function status(session: Session, { args }: Command): Promise<string> {
  const folder = findFolder(session, args[0]);
  if (!folder) return `NO [NONEXISTENT] ${missing}`;

  const facts = textsOf(args[1]).map(
    (item) => [item.toUpperCase(), factOf(folder, item.toUpperCase())] as const,
  );
  if (facts.some(([, fact]) => fact === null)) return "BAD Unknown status item";
  const pairs = facts.map(([item, fact]) => `${item} ${fact}`).join(" ");
  await session.outlet.send(`* STATUS ${quote(encodeFolderName(folder.name))} (${pairs})\r\n`);
  return "OK Status completed";
}

function factOf(folder: Folder, item: string): number | null {
  if (item === "MESSAGES") return folder.messages.length;
  if (item === "RECENT") return 0;
  if (item === "UIDNEXT") return folder.uidNext;
  if (item === "UIDVALIDITY") return folder.uidValidity;
  if (item === "UNSEEN") return folder.messages.filter((message) => !message.flags.has("\\Seen")).length;
  if (item === "SIZE") return folder.messages.reduce((sum, message) => sum + message.raw.length, 0);
  return null;
}

async function select(session: Session, { args }: Command, readOnly: boolean): Promise<string> {
  session.selected = null;
  const folder = findFolder(session, args[0]);
  if (!folder) return `NO [NONEXISTENT] ${missing}`;

  session.selected = new SelectedFolder(folder, readOnly);
  const lines = [
    `* FLAGS (${knownFlags})`,
    `* OK [PERMANENTFLAGS (${readOnly ? "" : `${knownFlags} \\*`})] Flags permitted`,
    `* ${session.selected.view.length} EXISTS`,
    "* 0 RECENT",
    `* OK [UIDVALIDITY ${folder.uidValidity}] UIDs valid`,
    `* OK [UIDNEXT ${folder.uidNext}] Predicted next UID`,
  ];
  await session.outlet.send(lines.map((line) => `${line}\r\n`).join(""));
  return readOnly ? "OK [READ-ONLY] Examine completed" : "OK [READ-WRITE] Select completed";
}

async function close(session: Session): Promise<string> {
  const { folder, readOnly } = selectedOf(session);
  if (!readOnly) folder.expunge(folder.messages.filter((message) => message.flags.has("\\Deleted")));
  session.selected = null;
  return "OK Close completed";
}

async function unselect(session: Session): Promise<string> {
  selectedOf(session);
  session.selected = null;
  return "OK Unselect completed";
}
