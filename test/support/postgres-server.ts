import { createHash } from "node:crypto";
import { constants, existsSync } from "node:fs";
import { access, mkdtemp, readdir, readFile, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { migrate, openDatabase } from "#src/database.ts";
import { type Postgres, startDebianPostgres, startPostgres } from "#src/demo/postgres.ts";

const migrations = join(import.meta.dirname, "../../migrations");
const prefix = "whisperdesk-test-";

/**
 * A server for tests in a folder of its own, which stop() removes. What it holds need not survive a power cut.
 * With WHISPERDESK_TEST_POSTGRES=debian it is Debian's PostgreSQL instead of the embedded one.
 */
export async function startTestServer(): Promise<Pick<Postgres, "url" | "version" | "stop">> {
  const place = await findRoom();
  await removeLeftovers(place);
  const dataDir = await mkdtemp(join(place, `${prefix}${process.pid}-`));
  const start = process.env.WHISPERDESK_TEST_POSTGRES === "debian" ? startDebianPostgres : startPostgres;
  const server = await start({ dataDir, settings: quick });
  return {
    url: server.url,
    version: server.version,
    stop: async () => {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
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

// A clone is hundreds of small files: 8 ms in memory, 150 ms on a disk. Containers often have very little of it.
async function findRoom(): Promise<string> {
  const memory = await statfs("/dev/shm").catch(() => null);
  const writable = await access("/dev/shm", constants.W_OK).then(
    () => true,
    () => false,
  );
  return memory && writable && memory.bavail * memory.bsize > 2 ** 31 ? "/dev/shm" : tmpdir();
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
