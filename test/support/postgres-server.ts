import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { constants, existsSync } from "node:fs";
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { type Postgres, startDebianPostgres, startPostgres } from "#src/demo/postgres.ts";

const run = promisify(execFile);
const migrations = join(import.meta.dirname, "../../migrations");
const cache = join(import.meta.dirname, "../../node_modules/.cache/whisperdesk/databases");
const prefix = "whisperdesk-test-";

type TestServer = Pick<Postgres, "url" | "version" | "stop">;

/**
 * A server for tests in a folder of its own, which stop() removes. What it holds need not survive a power cut.
 * With WHISPERDESK_TEST_POSTGRES=debian it is Debian's PostgreSQL instead of the embedded one.
 */
export async function startTestServer(kept = cache): Promise<TestServer> {
  const place = await findRoom();
  await removeLeftovers(place);
  const dataDir = await mkdtemp(join(place, `${prefix}${process.pid}-`));
  const origin = join(kept, await nameOfOrigin());
  if (existsSync(origin)) await copyFolder(origin, dataDir).catch(() => emptyFolder(dataDir));
  // Where nothing can be kept, each run takes two seconds more.
  else await keepOrigin(dataDir, kept, origin).catch(() => {});
  const server = await startIn(dataDir);
  return {
    url: server.url,
    version: server.version,
    stop: async () => {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function startIn(dataDir: string): Promise<TestServer> {
  const start = isDebian ? startDebianPostgres : startPostgres;
  return await start({ dataDir, settings: quick });
}

/** What every server starts from: a new one and the template for these migrations take two seconds, a copy none. */
async function keepOrigin(dataDir: string, kept: string, origin: string): Promise<void> {
  const server = await startIn(dataDir);
  await findTemplate(server.url);
  await server.stop();
  await mkdir(kept, { recursive: true });
  await removeOldOrigins(kept);
  const draft = `${origin}.new-${process.pid}`;
  await mkdir(draft);
  await copyFolder(dataDir, draft);
  await run("sync", ["--file-system", draft]);
  await rename(draft, origin);
}

// Of migrations that were changed since; another run may still copy one of today.
async function removeOldOrigins(kept: string): Promise<void> {
  for (const name of await readdir(kept)) {
    const { mtimeMs } = await stat(join(kept, name));
    if (mtimeMs < Date.now() - 24 * 3_600_000) await rm(join(kept, name), { recursive: true, force: true });
  }
}

/** The name of a migrated database on the server, made if the server has none for these migrations yet. */
export async function findTemplate(url: string): Promise<string> {
  const name = `template_${await hashMigrations()}`;
  await asAdmin(url, async (admin) => {
    await admin.query("select pg_advisory_lock(hashtext('whisperdesk template'))");
    const { rowCount } = await admin.query("select from pg_database where datname = $1", [name]);
    if (!rowCount) await makeTemplate(admin, url, name);
  });
  return name;
}

/** Runs statements that cannot be run from inside the database they are about. */
export async function asAdmin<T>(url: string, work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client(url);
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

/** The same server, another database. */
export function inDatabase(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.href;
}

const quick = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  max_connections: "300",
  max_wal_size: "256MB",
};

const isDebian = process.env.WHISPERDESK_TEST_POSTGRES === "debian";

// Node copies file by file, which takes ten times as long.
async function copyFolder(from: string, to: string): Promise<void> {
  await run("cp", ["--archive", `${from}/.`, to]);
}

async function emptyFolder(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true });
}

async function nameOfOrigin(): Promise<string> {
  return `${isDebian ? "debian" : `${process.platform}-${process.arch}`}-${await hashMigrations()}`;
}

// A clone is hundreds of small files: 8 ms in memory, 150 ms on a disk. Containers often have very little of it.
async function findRoom(): Promise<string> {
  const memory = await statfs("/dev/shm").catch(() => null);
  const isLarge = memory && memory.bavail * memory.bsize > 2 ** 31;
  const isSpare = Math.min(process.availableMemory(), process.constrainedMemory() || Infinity) > 2 ** 32;
  return isLarge && isSpare && (await isWritable("/dev/shm")) ? "/dev/shm" : tmpdir();
}

async function isWritable(folder: string): Promise<boolean> {
  return await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
}

// A test process that was killed could not remove its folder.
async function removeLeftovers(place: string): Promise<void> {
  const names = (await readdir(place)).filter((name) => name.startsWith(prefix));
  for (const name of names) {
    const pid = name.slice(prefix.length).split("-")[0];
    if (existsSync(`/proc/${pid}`)) continue;
    await rm(join(place, name), { recursive: true, force: true }).catch(() => {});
  }
}

async function makeTemplate(admin: pg.Client, url: string, name: string): Promise<void> {
  // Rarely needed, and slow to load.
  const { migrate, openDatabase } = await import("#src/database.ts");
  const draft = `${name}_draft`;
  await admin.query(`drop database if exists ${draft} with (force)`);
  await admin.query(`create database ${draft}`);
  const db = openDatabase(inDatabase(url, draft));
  try {
    await migrate(db);
  } finally {
    await db.destroy();
  }
  await admin.query(`alter database ${draft} rename to ${name}`);
}

async function hashMigrations(): Promise<string> {
  const hash = createHash("sha256");
  for (const file of (await readdir(migrations)).sort()) {
    hash.update(`${file}\n`).update(await readFile(join(migrations, file)));
  }
  return hash.digest("hex").slice(0, 16);
}
