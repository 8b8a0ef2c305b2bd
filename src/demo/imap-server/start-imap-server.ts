import { createServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { FaultBook, type SetFault } from "../fault-book.ts";
import { Account } from "./account.ts";
import { converse } from "./conversation.ts";
import type { Fault } from "./faults.ts";
import type { Folder } from "./folder.ts";
import type { MailStore } from "./mail-store.ts";

export type ImapServerOptions = {
  users: Record<string, string>;
  port?: number;
  host?: string;
  /** Folders that every user has beside INBOX. */
  folders?: string[];
  /** Without one, mail lives as long as the server. */
  store?: MailStore;
  /** With a key and certificate the server speaks TLS from the first byte. */
  tls?: { key: string | Buffer; cert: string | Buffer };
  mostMailBytes?: number;
};

export type KeptMail = { uid: number; raw: Buffer; flags: string[]; internalDate: Date };

export type ImapServer = {
  host: string;
  port: number;
  /** Puts a mail into a folder, as if somebody had delivered it; returns its UID. */
  append(
    user: string,
    folder: string,
    raw: Uint8Array,
    options?: { flags?: string[]; internalDate?: Date },
  ): number;
  messages(user: string, folder: string): KeptMail[];
  folders(user: string): string[];
  createFolder(user: string, folder: string): void;
  /** Numbers a folder anew under another UIDVALIDITY; sessions that have it open are told BYE. */
  renumber(user: string, folder: string): void;
  uidValidity(user: string, folder: string): number;
  fault(fault: Fault): SetFault;
  clearFaults(): void;
  /** How many clients are connected now. */
  connections(): number;
  dropConnections(): void;
  stop(): Promise<void>;
};

/** Starts a small IMAP server on loopback for the demo and the tests (IMAP4rev1, RFC 3501, with UIDPLUS, MOVE, IDLE). */
export async function startImapServer(options: ImapServerOptions): Promise<ImapServer> {
  const accounts = openAccounts(options);
  const house = {
    accounts,
    faults: new FaultBook<Fault>(),
    mostMailBytes: options.mostMailBytes ?? 100 * 1024 * 1024,
  };
  const sockets = new Set<Socket>();

  const welcome = (socket: Socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("close", () => sockets.delete(socket));
    // A client that goes away in the middle is everyday; the conversation sees the closed connection.
    socket.on("error", () => {});
    void converse(socket, house).finally(() => socket.destroySoon());
  };
  const server = options.tls ? createTlsServer(options.tls, welcome) : createServer(welcome);
  const host = options.host ?? "127.0.0.1";
  const port = await listen(server, options.port ?? 0, host);

  const folderOf = (user: string, name: string) => findFolder(accountOf(accounts, user), name);
  const dropConnections = () => {
    for (const socket of sockets) socket.destroy();
  };

  return {
    host,
    port,
    append: (user, folder, raw, { flags = [], internalDate = new Date() } = {}) =>
      folderOf(user, folder).add([{ raw: Buffer.from(raw), flags, internalDate }])[0]?.uid ?? 0,
    messages: (user, folder) =>
      folderOf(user, folder).messages.map((message) => ({ ...message, flags: [...message.flags] })),
    folders: (user) => [...accountOf(accounts, user).folders.keys()].sort(),
    createFolder: (user, folder) => void accountOf(accounts, user).create(folder),
    renumber: (user, folder) => void accountOf(accounts, user).renumber(folderOf(user, folder)),
    uidValidity: (user, folder) => folderOf(user, folder).uidValidity,
    fault: (fault) => house.faults.add(fault),
    clearFaults: () => house.faults.clear(),
    connections: () => sockets.size,
    dropConnections,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      dropConnections();
      await closed;
    },
  };
}

function openAccounts({ users, folders = ["Sent", "Trash", "Archive"], store }: ImapServerOptions) {
  return new Map(
    Object.entries(users).map(([user, password]) => [
      user,
      { password, account: new Account(user, folders, store ?? null) },
    ]),
  );
}

function accountOf(accounts: ReturnType<typeof openAccounts>, user: string): Account {
  const known = accounts.get(user);
  if (!known) throw new Error("The IMAP server has no such user");
  return known.account;
}

function findFolder(account: Account, name: string): Folder {
  const folder = account.folders.get(name);
  if (!folder) throw new Error("The user has no such folder");
  return folder;
}

async function listen(server: ReturnType<typeof createServer>, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  if (!address || typeof address === "string") throw new Error("The IMAP server has no port");
  return address.port;
}
