import type { Socket } from "node:net";
import type { FaultBook } from "./fault-book.ts";
import { ByteReader } from "./imap-server/byte-reader.ts";
import type { SmtpFault, SmtpStage } from "./smtp-faults.ts";

export type Relay = {
  client: Socket;
  server: Socket;
  fromServer: ByteReader;
  faults: FaultBook<SmtpFault>;
  /** Called before the end of a mail is passed on that must not be kept. */
  dropMail: () => void;
};

const longestLine = 1024 * 1024;
const stages: Record<string, SmtpStage> = {
  EHLO: "ehlo",
  HELO: "ehlo",
  AUTH: "auth",
  MAIL: "mail",
  RCPT: "rcpt",
  DATA: "data",
};

/** Stands between a client and the real SMTP server, passes everything on command by command, and lets faults strike. */
export async function relaySmtp(relay: Relay): Promise<void> {
  const fromClient = new ByteReader(relay.client);
  const greeting = await readReply(relay.fromServer);
  if (!greeting || (await meet(relay, fromClient, "greeting")) === "over") return hangUp(relay);
  say(relay.client, greeting);

  let command = await fromClient.readLine(longestLine);
  while (command && command !== "too long") {
    const { line } = command;
    const met = await meet(relay, fromClient, stageOf(line));
    if (met === "over") break;
    if (met !== "replied" && !(await passOn(relay, fromClient, line))) break;
    command = await fromClient.readLine(longestLine);
  }
  hangUp(relay);
}

// False when the conversation is over.
async function passOn(relay: Relay, fromClient: ByteReader, line: string): Promise<boolean> {
  let reply = await ask(relay, Buffer.from(`${line}\r\n`, "latin1"));
  while (reply?.startsWith("334")) {
    say(relay.client, reply);
    const response = await fromClient.readRawLine(longestLine);
    reply = Buffer.isBuffer(response) ? await ask(relay, response) : null;
  }
  if (!reply) return false;
  say(relay.client, reply);
  return reply.startsWith("354") ? passMailOn(relay, fromClient) : true;
}

async function passMailOn(relay: Relay, fromClient: ByteReader): Promise<boolean> {
  const fault = relay.faults.strike((fault) => fault.stage === "body");
  if (!(await passBodyOn(relay, fromClient, fault))) {
    // The real server must not take half a mail for a whole one while the client is kept waiting.
    relay.server.destroy();
    if (fault?.do === "silence") await fromClient.closed();
    return false;
  }

  const atEnd = relay.faults.strike((fault) => fault.stage === "end");
  if (atEnd && !atEnd.kept) relay.dropMail();
  const reply = await ask(relay, Buffer.from(".\r\n"));
  if (!reply) return false;
  if (atEnd) return (await suffer(relay, fromClient, atEnd)) === "replied";

  say(relay.client, reply);
  return (await meet(relay, fromClient, "answered")) === "nothing";
}

// Everything but the line that ends the mail; false when it did not come whole.
async function passBodyOn(
  { server }: Relay,
  fromClient: ByteReader,
  fault: SmtpFault | null,
): Promise<boolean> {
  let passed = 0;
  for (;;) {
    const line = await fromClient.readRawLine(100 * longestLine);
    if (!Buffer.isBuffer(line)) return false;
    if (fault && passed + line.length >= (fault.atByte ?? 1)) return false;
    if (line.equals(Buffer.from(".\r\n"))) return fault === null;
    passed += line.length;
    if (!server.write(line)) await drained(server);
  }
}

async function meet(
  relay: Relay,
  fromClient: ByteReader,
  stage: SmtpStage | null,
): Promise<"nothing" | "replied" | "over"> {
  const fault = stage && relay.faults.strike((fault) => fault.stage === stage);
  return fault ? await suffer(relay, fromClient, fault) : "nothing";
}

async function suffer(
  { client }: Relay,
  fromClient: ByteReader,
  fault: SmtpFault,
): Promise<"replied" | "over"> {
  if (fault.do === "reply") {
    say(client, `${fault.code} ${fault.text ?? (fault.code < 500 ? "Try again later" : "Refused")}\r\n`);
    return fault.stage === "greeting" || fault.code === 421 ? "over" : "replied";
  }
  if (fault.do === "silence") await fromClient.closed();
  return "over";
}

async function ask({ server, fromServer }: Relay, line: Buffer): Promise<string | null> {
  server.write(line);
  return await readReply(fromServer);
}

// A reply may have several lines: all but the last have a "-" after the code.
async function readReply(fromServer: ByteReader): Promise<string | null> {
  let reply = "";
  for (;;) {
    const read = await fromServer.readLine(longestLine);
    if (!read || read === "too long") return null;
    reply += `${read.line}\r\n`;
    if (!/^\d{3}-/.test(read.line)) return reply;
  }
}

function stageOf(line: string): SmtpStage | null {
  return stages[line.slice(0, 4).toUpperCase()] ?? null;
}

function say(client: Socket, text: string): void {
  if (client.writable) client.write(text, "latin1");
}

function hangUp({ client, server }: Relay): void {
  client.destroySoon();
  server.destroy();
}

async function drained(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => {
    socket.once("drain", resolve);
    socket.once("close", () => resolve());
  });
}
