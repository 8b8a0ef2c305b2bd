import { readdir, readFile, readlink, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/**
 * Waits until no server works in the data folder: up to 30 s for one that another process still runs or that is
 * just ending, while one that lost its process is told to end. Clears a lock file that belongs to nobody.
 */
export async function waitUntilFree(
  data: string,
  say: (sentence: string) => void,
  patience = 30_000,
): Promise<void> {
  const end = Date.now() + patience;
  let told = false;
  for (;;) {
    const lock = await readLock(data);
    const servers = await serversIn(data);
    if (servers.length === 0) return await clearStaleLock(data, lock);

    if (Date.now() > end) {
      throw new Error(`Another program (process ${servers[0]}) uses the database in ${data}. Stop it first.`);
    }
    if (!told) say("Waiting for an earlier PostgreSQL to end …");
    if (!told && lock && servers.includes(lock) && (await isOrphan(lock))) process.kill(lock, "SIGINT");
    told = true;
    await pause(50);
  }
}

// Every process of PostgreSQL works in its data folder. Neither a zombie nor a stranger who was given the same
// number after a restart of the machine does.
async function serversIn(data: string): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map((pid) => isServerIn(data, pid)));
  return pids.filter((_, at) => found[at]);
}

async function isServerIn(data: string, pid: number): Promise<boolean> {
  const folder = await readlink(`/proc/${pid}/cwd`).catch(() => null);
  if (folder !== data) return false;

  const program = await readlink(`/proc/${pid}/exe`).catch(() => "");
  return basename(program.replace(/ \(deleted\)$/, "")) === "postgres";
}

async function isOrphan(pid: number): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  const supervisor = command.match(/cluster_name=whisperdesk-(\d+)/)?.[1];
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const parent = status.match(/^PPid:\t(\d+)$/m)?.[1];
  return Boolean(supervisor && parent) && supervisor !== parent;
}

// PostgreSQL itself takes over from a dead process, but stops at a lock whose number lives again.
async function clearStaleLock(data: string, lock: number | null): Promise<void> {
  if (lock && lock === (await readLock(data))) await rm(join(data, "postmaster.pid"), { force: true });
}

async function readLock(data: string): Promise<number | null> {
  const text = await readFile(join(data, "postmaster.pid"), "utf8").catch(() => "");
  return Number.parseInt(text, 10) || null;
}
