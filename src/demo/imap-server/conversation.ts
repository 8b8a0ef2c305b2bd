import type { Socket } from "node:net";
import { ByteReader } from "./byte-reader.ts";
import { type FaultAct, strikesAt } from "./faults.ts";
import { folderCommands } from "./folder-commands.ts";
import { idle } from "./idle.ts";
import { capabilities, loginCommands } from "./login-commands.ts";
import { messageCommands } from "./message-commands.ts";
import { Outlet } from "./outlet.ts";
import { BadCommand } from "./parse-arguments.ts";
import { type Command, readCommand } from "./read-command.ts";
import { type Handler, type House, type Session, sayBye, sendNews } from "./session.ts";

const handlers = new Map<string, Handler>([
  ...loginCommands,
  ...folderCommands,
  ...messageCommands,
  ["IDLE", idle],
]);

const beforeLogin = { lineBytes: 8192, literalBytes: 8192 };
const longestLine = 1024 * 1024;

/** Serves one client from the greeting until it leaves or is to be left. Never throws for what the client sends. */
export async function converse(socket: Socket, house: House): Promise<void> {
  const outlet = new Outlet(socket);
  const reader = new ByteReader(socket);
  const session: Session = {
    house,
    reader,
    outlet,
    account: null,
    selected: null,
    saysExistsTwice: false,
    isLeaving: false,
  };

  const fault = house.faults.strike(strikesAt("CONNECT", null));
  if (fault?.do === "refuse") socket.resetAndDestroy();
  else if (!(await meet(session, fault))) await outlet.send(`* OK [CAPABILITY ${capabilities}] Ready.\r\n`);

  outlet.recover();

  while (!session.isLeaving && !socket.destroyed) await serveNext(session);
}

async function serveNext(session: Session): Promise<void> {
  const limits = session.account
    ? { lineBytes: longestLine, literalBytes: session.house.mostMailBytes }
    : beforeLogin;
  const reading = await readCommand(session.reader, () => session.outlet.send("+ OK\r\n"), limits);

  if (!reading) session.isLeaving = true;
  else if (reading.kind === "hopeless") await sayBye(session, reading.reason);
  else if (reading.kind === "refused") await session.outlet.send(`${reading.tag} ${reading.answer}\r\n`);
  else await serve(session, reading.command);
}

async function serve(session: Session, command: Command): Promise<void> {
  const { name, args } = command;
  const fault = session.house.faults.strike(strikesAt(name, session.account?.user ?? null, args));
  if (await meet(session, fault, command)) return;
  if (session.selected?.folder.gone) return sayBye(session, "The mailbox was deleted");

  const answer = await carryOut(session, command);
  // Without the UID prefix a command may count on message numbers that an EXPUNGE would change.
  await sendNews(session, !/^(FETCH|STORE|SEARCH)$/.test(command.name));
  if (fault?.do === "cut") session.outlet.recover();
  await session.outlet.send(`${command.tag} ${answer}\r\n`);
  session.outlet.recover();
  session.saysExistsTwice = false;
}

async function carryOut(session: Session, command: Command): Promise<string> {
  try {
    const handler = handlers.get(command.name);
    return handler ? await handler(session, command) : "BAD Unknown command";
  } catch (error) {
    if (error instanceof BadCommand) return `BAD ${error.message}`;
    // The store refused, a full disk for one: the command has not happened and the client may try again.
    if (error instanceof Error && "code" in error) return `NO [SERVERBUG] ${String(error.code)}`;
    throw error;
  }
}

/** Lets a fault strike; true when there is nothing more to do for this command. */
async function meet(session: Session, fault: FaultAct | null, command?: Command): Promise<boolean> {
  if (!fault) return false;
  if (fault.do === "bye") {
    await sayBye(session, "Server shutting down");
    return true;
  }
  if (fault.do === "stall") {
    await session.reader.closed();
    session.isLeaving = true;
    return true;
  }
  if (fault.do === "no") {
    await session.outlet.send(`${command?.tag ?? "*"} NO ${fault.text ?? "Refused"}\r\n`);
    return command !== undefined;
  }
  if (fault.do === "renumber") renumber(session, fault.folder);
  else if (fault.do === "exists twice") session.saysExistsTwice = true;
  else session.outlet.spoil(fault, command?.name.endsWith("FETCH") ? "literals" : "answer");
  return fault.do === "refuse";
}

function renumber({ account }: Session, name = "INBOX"): void {
  const folder = account?.folders.get(name);
  if (folder) account?.renumber(folder);
}
