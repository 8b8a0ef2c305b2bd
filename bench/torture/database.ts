import { execFile } from "node:child_process";
import { mkdtemp, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Database, migrate, openDatabase } from "../../src/database.ts";
import { startPostgres } from "../../src/demo/postgres.ts";

const run = promisify(execFile);

export type TortureDatabase = {
  url: string;
  db: Database;
  /** Kills the server as a power cut would and waits until it has recovered. */
  crash(): Promise<void>;
  /** Fills the disk that holds the database to the last byte; null where that cannot be done. */
  fillDisk: (() => Promise<void>) | null;
  makeRoom(): Promise<void>;
  /** Stops the database until the function that it returns is called. */
  goAway(): Promise<() => Promise<void>>;
  stop(): Promise<void>;
};

const settings = {
  max_connections: "100",
  max_wal_size: "128MB",
  min_wal_size: "32MB",
  shared_buffers: "64MB",
};

/**
 * Starts a PostgreSQL with durable commits. As root its data lie on a small disk of their own in memory, so that the
 * disk can be full without harm to the machine.
 */
export async function startTortureDatabase(megabytes: number): Promise<TortureDatabase> {
  const folder = await mkdtemp(join(tmpdir(), "whisperdesk-torture-"));
  const mounted = await run("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder]).then(
    () => true,
    () => false,
  );
  const start = async () => await startPostgres({ dataDir: join(folder, "data"), settings });
  let postgres = await start();
  const db = openDatabase(postgres.url, { connections: 6, name: "torture" });
  await migrate(db);

  const ballast = join(folder, "ballast");
  const fillDisk = async () => {
    const { bavail, bsize } = await statfs(folder);
    await run("fallocate", ["-l", String(bavail * bsize), ballast]).catch(() => {});
  };
  return {
    url: postgres.url,
    db,
    crash: async () => await postgres.crash(),
    fillDisk: mounted ? fillDisk : null,
    makeRoom: () => rm(ballast, { force: true }),
    async goAway() {
      await postgres.stop();
      return async () => {
        postgres = await start();
      };
    },
    async stop() {
      await db.destroy();
      await postgres.stop();
      if (mounted) await run("umount", ["-l", folder]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
