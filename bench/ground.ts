import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import pg from "pg";
import { migrate, openDatabase } from "#src/database.ts";
import { startPostgres } from "#src/demo/postgres.ts";
import { generateSecretKey } from "#src/openpgp/generate-secret-key.ts";
import { newMasterKey } from "#src/vault/master-key.ts";
import type { Options } from "./options.ts";

export type Say = (sentence: string) => void;
export type DeskKey = { secret: string; public: string };

/** What every measurement stands on: a durable PostgreSQL, the keys of a desk, a folder that is kept. */
export type Ground = {
  folder: string;
  postgresVersion: string;
  postgresPid: number;
  masterKey: string;
  keys: { rsa4096: DeskKey; curve25519: DeskKey };
  /** A new migrated database, dropped by `drop`. */
  newDatabase(): Promise<{ url: string; drop: () => Promise<void> }>;
  /**
   * The database of this name, brought up to date, and whether it has to be filled; it stays for the next run as long as the
   * programs that fill it are the same.
   */
  keptDatabase(name: string): Promise<{ url: string; isNew: boolean; keep: () => Promise<void> }>;
  close(): Promise<void>;
};

/** Opens it; the first time makes it, which takes half a minute. */
export async function openGround(options: Options, say: Say): Promise<Ground> {
  const folder = resolve(process.env.WHISPERDESK_BENCH ?? join(import.meta.dirname, "../.data/bench"));
  await mkdir(folder, { recursive: true });
  const postgres = await startPostgres({
    dataDir: join(folder, "postgres"),
    settings: settingsOf(options),
    onProgress: say,
  });
  const admin = new pg.Pool({ connectionString: postgres.url, max: 1 });
  // A session that ends with the server is no news; without a listener it would end the program.
  admin.on("error", () => {});
  const template = `template_${await hashOfMigrations()}`;
  await makeTemplate(admin, postgres.url, template);

  let count = 0;
  return {
    folder,
    postgresVersion: postgres.version,
    postgresPid: postgres.pid,
    masterKey: await keptText(join(folder, "master-key"), newMasterKey),
    keys: { rsa4096: await keptKey(folder, "rsa4096"), curve25519: await keptKey(folder, "curve25519") },
    async newDatabase() {
      count += 1;
      const name = `run_${process.pid}_${count}`;
      await admin.query(`create database ${name} template ${template}`);
      const drop = async () => void (await admin.query(`drop database ${name} with (force)`));
      return { url: inDatabase(postgres.url, name), drop };
    },
    async keptDatabase(kind) {
      const name = `${kind}_${(await hashOfFilling()).slice(0, 8)}`;
      const draft = `${name}_draft`;
      const { rowCount } = await admin.query("select from pg_database where datname = $1", [name]);
      if (rowCount) {
        const url = inDatabase(postgres.url, name);
        await bringUpToDate(url);
        return { url, isNew: false, keep: async () => {} };
      }
      await admin.query(`drop database if exists ${draft} with (force)`);
      await admin.query(`create database ${draft} template ${template}`);
      const keep = async () => void (await admin.query(`alter database ${draft} rename to ${name}`));
      return { url: inDatabase(postgres.url, draft), isNew: true, keep };
    },
    async close() {
      await admin.end();
      await postgres.stop();
    },
  };
}

/** The same server, another database. */
export function inDatabase(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.href;
}

// Commits are durable, as in production. Statements are counted by an extension that comes with PostgreSQL.
const settingsOf = (options: Options) => ({
  shared_buffers: "256MB",
  max_wal_size: "2GB",
  shared_preload_libraries: "pg_stat_statements",
  "pg_stat_statements.track": "top",
  "pg_stat_statements.track_planning": options.profile ? "on" : "off",
  max_connections: "100",
});

async function makeTemplate(admin: pg.Pool, url: string, name: string): Promise<void> {
  const { rowCount } = await admin.query("select from pg_database where datname = $1", [name]);
  if (rowCount) return;
  const draft = `${name}_draft`;
  await admin.query(`drop database if exists ${draft} with (force)`);
  await admin.query(`create database ${draft}`);
  await bringUpToDate(inDatabase(url, draft));
  await admin.query(`alter database ${draft} rename to ${name}`);
}

async function bringUpToDate(url: string): Promise<void> {
  const db = openDatabase(url);
  await migrate(db);
  await db.raw("create extension if not exists pg_stat_statements");
  await db.destroy();
}

const hashOfMigrations = () => hashOfFiles(join(import.meta.dirname, "../migrations"), /\.sql$/);
const hashOfFilling = () => hashOfFiles(import.meta.dirname, /^fill.*\.ts$/);

async function hashOfFiles(folder: string, names: RegExp): Promise<string> {
  const hash = createHash("sha256");
  const files = (await readdir(folder)).filter((file) => names.test(file)).sort();
  for (const file of files) hash.update(file).update(await readFile(join(folder, file)));
  return hash.digest("hex").slice(0, 16);
}

async function keptKey(folder: string, kind: "rsa4096" | "curve25519"): Promise<DeskKey> {
  const make = async () =>
    JSON.stringify(
      await generateSecretKey("Bench", "support@example.org", { kind, createdAt: new Date("2026-01-01") }),
    );
  return JSON.parse(await keptText(join(folder, `key-${kind}.json`), make));
}

async function keptText(file: string, make: () => string | Promise<string>): Promise<string> {
  if (!existsSync(file)) await writeFile(file, await make(), { mode: 0o600 });
  return await readFile(file, "utf8");
}

/** A password or token of this run alone. */
export const randomWord = () => randomBytes(16).toString("hex");
