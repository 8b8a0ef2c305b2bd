import { chown, mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Account, accountFor } from "./postgres-account.ts";
import { type Binaries, debianBinaries, embeddedBinaries } from "./postgres-binaries.ts";
import { makeCluster, openDataFolder } from "./postgres-cluster.ts";
import { waitUntilFree } from "./postgres-lock.ts";
import { Server } from "./postgres-server.ts";

export type Postgres = {
  /** For `openDatabase`; stays the same when the server is started again after a crash. */
  readonly url: string;
  /** Such as "18.4". */
  readonly version: string;
  readonly pid: number;
  /** Ends the sessions, writes everything down and waits for the end. Safe to repeat. */
  stop(): Promise<void>;
  /** Kills the server as a power cut would and waits until it has recovered. */
  crash(): Promise<void>;
};

export type PostgresOptions = {
  /** The folder that keeps the data; a folder for each major version is made in it. */
  dataDir: string;
  binaries?: Binaries;
  /** Lines of postgresql.conf, such as `{ shared_buffers: "256MB" }`. */
  settings?: Record<string, string>;
  /** Told in whole sentences what takes time. */
  onProgress?: (sentence: string) => void;
};

/**
 * Starts a private PostgreSQL that only this machine account can reach, and makes its data at the first start.
 * It is started again after a crash, and ends with this process however that ends.
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const say = options.onProgress ?? (() => {});
  const settings = options.settings ?? {};
  const binaries = options.binaries ?? (await embeddedBinaries());
  const data = join(await openDataFolder(options.dataDir), `pg${binaries.major}`);
  const account = await accountFor(data);

  await makeCluster({ data, binaries, account, durable: settings.fsync !== "off", say });
  await waitUntilFree(data, say);
  const socketFolder = await makeSocketFolder(data, account);

  const server = new Server({ data, binaries, account, socketFolder, settings, say });
  say(`Starting PostgreSQL ${binaries.version} …`);
  await server.start();
  return server;
}

/** The same with the newest PostgreSQL that Debian installed on this machine. */
export async function startDebianPostgres(options: PostgresOptions): Promise<Postgres> {
  const binaries = await debianBinaries();
  if (!binaries) throw new Error("There is no PostgreSQL in /usr/lib/postgresql: apt-get install postgresql");

  return await startPostgres({ ...options, binaries });
}

// The path of a Unix socket has room for 107 bytes, and a clone may lie deep.
async function makeSocketFolder(data: string, account: Account): Promise<string> {
  const beside = `${data}-socket`;
  const fits = Buffer.byteLength(join(beside, ".s.PGSQL.5432")) <= 107;
  if (fits) await rm(beside, { recursive: true, force: true });
  if (fits) await mkdir(beside, { mode: 0o700 });

  const folder = fits ? beside : await mkdtemp("/tmp/whisperdesk-");
  if (account.owner) await chown(folder, account.owner.uid, account.owner.gid);
  return folder;
}
