import { BadCommand, textOf } from "./parse-arguments.ts";
import type { Command } from "./read-command.ts";
import { accountOf, type Handler, type Session } from "./session.ts";

export const capabilities =
  "IMAP4rev1 LITERAL+ SASL-IR ID ENABLE NAMESPACE CHILDREN IDLE UIDPLUS MOVE UNSELECT SPECIAL-USE STATUS=SIZE AUTH=PLAIN";

const longestSecret = 8192;

/** The commands about who is there. */
export const loginCommands: [string, Handler][] = [
  ["CAPABILITY", say(`* CAPABILITY ${capabilities}`)],
  ["ID", say('* ID ("name" "Whisperdesk demo mailbox")')],
  ["NOOP", say()],
  ["NAMESPACE", say('* NAMESPACE (("" "/")) NIL NIL')],
  ["ENABLE", enable],
  ["LOGIN", login],
  ["AUTHENTICATE", authenticate],
  ["LOGOUT", logout],
];

function say(...lines: string[]): Handler {
  return async ({ outlet }) => {
    for (const line of lines) await outlet.send(`${line}\r\n`);
    return "OK Done";
  };
}

async function enable(session: Session): Promise<string> {
  accountOf(session);
  await session.outlet.send("* ENABLED\r\n");
  return "OK Done";
}

async function login(session: Session, { args }: Command): Promise<string> {
  return enter(session, readUtf8(textOf(args[0])), readUtf8(textOf(args[1])));
}

// RFC 4616: what is sent is authorization id, user and password, parted by NUL.
async function authenticate(session: Session, { args }: Command): Promise<string> {
  if (session.account) return "BAD Already logged in";
  if (textOf(args[0]).toUpperCase() !== "PLAIN") return "NO Only PLAIN is known here";

  const response = args[1] ? textOf(args[1]) : await askForResponse(session);
  const [, user, password] = Buffer.from(response, "base64").toString("utf8").split("\0");
  if (user === undefined || password === undefined) return "BAD Not a response of PLAIN";
  return enter(session, user, password);
}

async function askForResponse({ outlet, reader }: Session): Promise<string> {
  await outlet.send("+ \r\n");
  const read = await reader.readLine(longestSecret);
  if (!read || read === "too long") throw new BadCommand("No response");
  return read.line;
}

function enter(session: Session, user: string, password: string): string {
  if (session.account) return "BAD Already logged in";
  const known = session.house.accounts.get(user);
  if (known?.password !== password) return "NO [AUTHENTICATIONFAILED] Authentication failed.";
  session.account = known.account;
  return `OK [CAPABILITY ${capabilities}] Logged in`;
}

async function logout(session: Session): Promise<string> {
  session.isLeaving = true;
  await session.outlet.send("* BYE Logging out\r\n");
  return "OK Logout completed.";
}

function readUtf8(text: string): string {
  return Buffer.from(text, "latin1").toString("utf8");
}
