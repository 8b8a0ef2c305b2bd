import { type ChildProcess, execFile, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");

/** Starts a process that reads hostile mail behind the fence; it gets nothing of our environment. */
export async function startReaderProcess(megabytes: number): Promise<ChildProcess> {
  const [program = "", ...args] = await fencedNode(megabytes);
  return spawn(program, [...args, join(import.meta.dirname, "read-mails-process.ts")], {
    env: {},
    serialization: "advanced",
    // What V8 prints when it runs out of memory helps nobody.
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
}

/**
 * Node behind a fence: it may read no files but the program, write none, start no other process and load no native code
 * (Node's permission model). Where the machine allows it, it has no network and no rights of ours either.
 */
export async function fencedNode(megabytes: number): Promise<string[]> {
  const permissions = ["src/*", "node_modules/*", "package.json"].map(
    (path) => `--allow-fs-read=${join(root, path)}`,
  );
  // SQLite opens files past the permissions.
  const closed = ["--permission", "--no-experimental-sqlite", "--disable-sigusr1"];
  // A young generation that fits the cache of a core: with the default a mail costs a tenth more, with 32 MB a third.
  const memory = [`--max-old-space-size=${megabytes}`, "--max-semi-space-size=8"];
  return [...(await fence()), process.execPath, ...closed, ...permissions, ...memory];
}

let found: Promise<string[]> | undefined;

/** What stands in front of the program: the strictest of these that this machine allows, asked once. */
function fence(): Promise<string[]> {
  found ??= firstThatWorks([
    [
      "setpriv",
      "--reuid=65534",
      "--regid=65534",
      "--clear-groups",
      "--no-new-privs",
      "unshare",
      "--user",
      "--net",
    ],
    ["setpriv", "--no-new-privs", "unshare", "--user", "--net"],
    ["setpriv", "--no-new-privs"],
  ]);
  return found;
}

/** Another user may not be allowed to read the program, so that is what is tried. */
async function firstThatWorks(fences: string[][]): Promise<string[]> {
  for (const [program = "", ...rest] of fences) {
    const tried = await run(program, [...rest, "/bin/cat", join(root, "package.json")], { env: {} }).then(
      () => true,
      () => false,
    );
    if (tried) return [program, ...rest];
  }
  return [];
}

const ticksPerSecond = 100;

/** Processor time that a process has used so far, in seconds; null where the system does not tell (proc(5), fields 14 and 15). */
export function processorSeconds(pid: number | undefined): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const [user = 0, system = 0] = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .slice(11, 13)
      .map(Number);
    return (user + system) / ticksPerSecond;
  } catch {
    return null;
  }
}
