import { formatFetch, readFetchItems } from "./fetch.ts";
import type { Folder, Message } from "./folder.ts";
import { parseDateTime } from "./formats.ts";
import { BadCommand, isWord, textOf, textsOf } from "./parse-arguments.ts";
import type { Command } from "./read-command.ts";
import { searchMessages } from "./search.ts";
import { formatSequenceSet } from "./sequence-set.ts";
import { findFolder, type Handler, type Session, selectedOf } from "./session.ts";

/** The commands about messages. */
export const messageCommands: [string, Handler][] = [
  ["APPEND", append],
  ["EXPUNGE", expunge],
  ["UID EXPUNGE", expunge],
  ...(["", "UID "] as const).flatMap((prefix): [string, Handler][] => [
    [`${prefix}FETCH`, fetch],
    [`${prefix}STORE`, store],
    [`${prefix}SEARCH`, search],
    [`${prefix}COPY`, (session, command) => transfer(session, command, false)],
    [`${prefix}MOVE`, (session, command) => transfer(session, command, true)],
  ]),
];

const isByUid = (command: Command) => command.name.startsWith("UID ");

async function fetch(session: Session, command: Command): Promise<string> {
  const selected = selectedOf(session);
  const asked = readFetchItems(command.args[1]);
  const lacksUid = isByUid(command) && !asked.some((item) => item.label === "UID");
  const items = lacksUid ? [...readFetchItems({ kind: "atom", text: "UID" }), ...asked] : asked;
  const marksSeen = !selected.readOnly && items.some((item) => item.marksSeen);
  const flags = items.some((item) => item.label === "FLAGS")
    ? []
    : readFetchItems({ kind: "atom", text: "FLAGS" });

  for (const { number, message } of selected.find(textOf(command.args[0]), isByUid(command))) {
    const seesFirst = marksSeen && !message.expunged && !message.flags.has("\\Seen");
    if (seesFirst) changeFlags(session, message, new Set([...message.flags, "\\Seen"]));
    await session.outlet.send(...formatFetch(number, message, seesFirst ? [...items, ...flags] : items));
    if (session.isLeaving) break;
  }
  return "OK Fetch completed";
}

async function store(session: Session, command: Command): Promise<string> {
  const selected = selectedOf(session);
  const [set, action, ...rest] = command.args;
  const match = /^([+-]?)FLAGS(\.SILENT)?$/i.exec(textOf(action));
  if (!match) throw new BadCommand("Unknown store action");
  if (selected.readOnly) return "OK Store ignored with read-only mailbox";

  const flags = (rest[0]?.kind === "list" ? textsOf(rest[0]) : rest.map(textOf)).map(nameOfFlag);
  for (const { number, message } of selected.find(textOf(set), isByUid(command))) {
    if (message.expunged) continue;
    changeFlags(session, message, combine(message.flags, match[1] ?? "", flags));
    if (match[2]) continue;
    await session.outlet.send(...formatFetch(number, message, readFetchItems(flagsAndUid(isByUid(command)))));
  }
  return "OK Store completed";
}

function flagsAndUid(withUid: boolean) {
  const names = withUid ? ["UID", "FLAGS"] : ["FLAGS"];
  return { kind: "list" as const, items: names.map((text) => ({ kind: "atom" as const, text })) };
}

function changeFlags(session: Session, message: Message, flags: Set<string>): void {
  const selected = selectedOf(session);
  selected.folder.setFlags(message, flags);
  selected.flagsAreKnown();
}

function combine(present: Set<string>, sign: string, flags: string[]): Set<string> {
  if (sign === "+") return new Set([...present, ...flags]);
  if (sign === "-") return new Set([...present].filter((flag) => !flags.includes(flag)));
  return new Set(flags);
}

function nameOfFlag(text: string): string {
  const system = /^\\(Answered|Deleted|Draft|Flagged|Seen)$/i.exec(text)?.[1];
  if (system) return `\\${system.charAt(0).toUpperCase()}${system.slice(1).toLowerCase()}`;
  if (!/^[^\s(){%*"\\\]\p{Cc}\x80-\xff]{1,100}$/u.test(text)) throw new BadCommand("Invalid flag");
  return text;
}

async function search(session: Session, command: Command): Promise<string> {
  if (isWord(command.args[0], "CHARSET") && !/^(utf-8|us-ascii)$/i.test(textOf(command.args[1])))
    return "NO [BADCHARSET] Unknown charset";

  const found = searchMessages(selectedOf(session), command.args);
  const numbers = found.map(({ number, message }) => (isByUid(command) ? message.uid : number));
  await session.outlet.send(`* SEARCH${numbers.map((number) => ` ${number}`).join("")}\r\n`);
  return "OK Search completed";
}

// What another session has taken out in the meantime is neither copied nor moved: that would double it.
async function transfer(session: Session, command: Command, moves: boolean): Promise<string> {
  const selected = selectedOf(session);
  const found = selected.find(textOf(command.args[0]), isByUid(command)).map(({ message }) => message);
  const target = findFolder(session, command.args[1]);
  if (!target) return "NO [TRYCREATE] Mailbox doesn't exist";

  const present = found.filter((message) => !message.expunged);
  if (present.length === 0) return "OK No messages found";
  const code = formatCopyUid(target, present, target.add(present));
  if (!moves) return `OK ${code} Copy completed`;

  await session.outlet.send(`* OK ${code} Moved UIDs.\r\n`);
  selected.folder.expunge(present);
  return "OK Move completed";
}

// RFC 4315 §3
function formatCopyUid(target: Folder, sources: Message[], copies: Message[]): string {
  const sets = [sources, copies].map((messages) => formatSequenceSet(messages.map((message) => message.uid)));
  return `[COPYUID ${target.uidValidity} ${sets.join(" ")}]`;
}

async function expunge(session: Session, command: Command): Promise<string> {
  const selected = selectedOf(session);
  if (selected.readOnly) return "OK Expunge ignored with read-only mailbox";
  const among = isByUid(command) ? selected.find(textOf(command.args[0]), true) : selected.all();
  selected.folder.expunge(
    among.map(({ message }) => message).filter((message) => message.flags.has("\\Deleted")),
  );
  return "OK Expunge completed";
}

async function append(session: Session, { args }: Command): Promise<string> {
  const target = findFolder(session, args[0]);
  const mail = args.at(-1);
  const [flags, date] = readAppendOptions(args.slice(1, -1));
  if (mail?.kind !== "string" || args.length < 2) throw new BadCommand("The mail is missing");
  if (!target) return "NO [TRYCREATE] Mailbox doesn't exist";

  const [added] = target.add([{ raw: mail.bytes, flags, internalDate: date }]);
  return `OK [APPENDUID ${target.uidValidity} ${added?.uid}] Append completed`;
}

function readAppendOptions(options: Command["args"]): [string[], Date] {
  const flags = options[0]?.kind === "list" ? textsOf(options[0]).map(nameOfFlag) : [];
  const rest = options[0]?.kind === "list" ? options.slice(1) : options;
  const date = rest[0] ? parseDateTime(textOf(rest[0])) : new Date();
  if (!date || rest.length > 1) throw new BadCommand("Invalid append options");
  return [flags, date];
}
