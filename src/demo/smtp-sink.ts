import { connect, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from "smtp-server";
import { FaultBook, type SetFault } from "./fault-book.ts";
import { ByteReader } from "./imap-server/byte-reader.ts";
import type { SmtpFault } from "./smtp-faults.ts";
import { relaySmtp } from "./smtp-front.ts";

export type SunkMail = { from: string; to: string[]; raw: Buffer; receivedAt: Date };

export type SmtpSinkOptions = {
  port?: number;
  host?: string;
  /** With users, a client must sign in. */
  users?: Record<string, string>;
  /** With a key and certificate the server speaks TLS from the first byte. */
  tls?: { key: string | Buffer; cert: string | Buffer };
  mostMailBytes?: number;
  /** Called for each mail before it is acknowledged; the sender gets 451 when it throws. */
  keep?: (mail: SunkMail) => Promise<void> | void;
};

export type SmtpSink = {
  host: string;
  port: number;
  /** What was kept so far, in order. */
  mails: SunkMail[];
  fault(fault: SmtpFault): SetFault;
  clearFaults(): void;
  /** Nobody listens on the port until `openDoor`: connections are refused. Those that are open stay. */
  closeDoor(): Promise<void>;
  openDoor(): Promise<void>;
  connections(): number;
  stop(): Promise<void>;
};

/** Starts an SMTP server on loopback that keeps all it is given, for the demo and the tests. */
export async function startSmtpSink(options: SmtpSinkOptions = {}): Promise<SmtpSink> {
  const host = options.host ?? "127.0.0.1";
  const faults = new FaultBook<SmtpFault>();
  const mails: SunkMail[] = [];
  const dropped = new Set<number>();
  const inner = createInnerServer(options, mails, dropped);
  const innerPort = await listen(inner.server, 0, "127.0.0.1");

  const clients = new Set<Socket>();
  let standby = openInner(innerPort);
  const welcome = (client: Socket) => {
    const fault = faults.strike(({ stage }) => stage === "connect");
    if (fault?.do === "close") return void client.resetAndDestroy();
    clients.add(client);
    client.on("close", () => clients.delete(client));
    client.on("error", () => {});
    if (fault?.do === "silence") return;

    const { socket: server, fromServer } = standby.socket.destroyed ? openInner(innerPort) : standby;
    standby = openInner(innerPort);
    void relaySmtp({
      client,
      server,
      fromServer,
      faults,
      dropMail: () => void dropped.add(server.localPort ?? 0),
    });
  };
  const front = options.tls ? createTlsServer(options.tls, welcome) : createServer(welcome);
  const port = await listen(front, options.port ?? 0, host);

  return {
    host,
    port,
    mails,
    fault: (fault) => faults.add(fault),
    clearFaults: () => faults.clear(),
    connections: () => clients.size,
    async closeDoor() {
      front.close();
    },
    async openDoor() {
      await listen(front, port, host);
    },
    async stop() {
      const closed = new Promise((resolve) => front.close(resolve));
      for (const client of clients) client.destroy();
      standby.socket.destroy();
      await closed;
      await new Promise<void>((resolve) => inner.close(resolve));
    },
  };
}

function createInnerServer(
  { users, mostMailBytes, keep }: SmtpSinkOptions,
  mails: SunkMail[],
  dropped: Set<number>,
): SMTPServer {
  return new SMTPServer({
    name: "localhost",
    banner: "Whisperdesk demo",
    authOptional: users === undefined,
    allowInsecureAuth: true,
    disabledCommands: users ? ["STARTTLS"] : ["STARTTLS", "AUTH"],
    // The front passes on one command at a time.
    hidePIPELINING: true,
    disableReverseLookup: true,
    socketTimeout: 24 * 3600 * 1000,
    closeTimeout: 1,
    size: mostMailBytes,
    onAuth(auth, _session, callback) {
      const isRight = auth.username !== undefined && users?.[auth.username] === auth.password;
      callback(
        isRight ? null : new Error("Wrong user or password"),
        isRight ? { user: auth.username } : undefined,
      );
    },
    onData(stream, session, callback) {
      receive(stream, session)
        .then(async (mail) => {
          if (!dropped.delete(session.remotePort)) {
            await keep?.(mail);
            mails.push(mail);
          }
          callback();
        }, callback)
        .catch(() => callback(Object.assign(new Error("The mail could not be kept"), { responseCode: 451 })));
    },
  });
}

async function receive(stream: SMTPServerDataStream, { envelope }: SMTPServerSession): Promise<SunkMail> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  if (stream.sizeExceeded) throw Object.assign(new Error("The mail is too large"), { responseCode: 552 });
  const from = envelope.mailFrom ? envelope.mailFrom.address : "";
  return {
    from,
    to: envelope.rcptTo.map(({ address }) => address),
    raw: Buffer.concat(chunks),
    receivedAt: new Date(),
  };
}

// smtp-server lets every connection wait 100 ms for its greeting; one is always opened before it is needed.
function openInner(port: number): { socket: Socket; fromServer: ByteReader } {
  const socket = connect(port, "127.0.0.1").setNoDelay(true);
  socket.on("error", () => {});
  socket.unref();
  return { socket, fromServer: new ByteReader(socket) };
}

async function listen(server: Server, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const address = server.address();
  if (!address || typeof address === "string") throw new Error("The SMTP server has no port");
  return address.port;
}
