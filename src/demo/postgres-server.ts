import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile, rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Account, environment } from "./postgres-account.ts";
import type { Binaries } from "./postgres-binaries.ts";
import { waitUntilFree } from "./postgres-lock.ts";
import { sharedMemoryType } from "./shared-memory.ts";

/** What one server is made of. */
export type Place = {
  data: string;
  binaries: Binaries;
  account: Account;
  socketFolder: string;
  settings: Record<string, string>;
  say: (sentence: string) => void;
};

/** One server and its process: started again when it dies, until stop(). */
export class Server {
  readonly url: string;
  readonly version: string;
  #place: Place;
  #log: string;
  #child: ChildProcess | null = null;
  #running: Promise<void> = Promise.resolve();
  #stopping = new AbortController();
  #stopped: Promise<void> | null = null;

  constructor(place: Place) {
    this.#place = place;
    this.#log = `${place.data}.log`;
    this.version = place.binaries.version;
    this.url = `postgres://whisperdesk@localhost:5432/postgres?host=${encodeURIComponent(place.socketFolder)}`;
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (!pid) throw new Error("PostgreSQL is not running");
    return pid;
  }

  async start(): Promise<void> {
    await (await open(this.#log, "a", 0o600)).close();
    await truncate(this.#log);
    await this.#launch();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#stopped ??= this.#end();
    await this.#stopped;
  }

  async crash(): Promise<void> {
    const child = this.#child;
    if (!child || this.#stopped) throw new Error("PostgreSQL is not running");

    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
    await this.#running;
  }

  async #launch(): Promise<void> {
    const patience = Date.now() + 30_000;
    while (!(await this.#launchOnce())) {
      const reason = await lastLines(this.#log);
      const held = /lock file "[^"]*" already exists|pre-existing shared memory block/.test(reason);
      if (this.#stopping.signal.aborted) throw new Error("PostgreSQL was stopped while it started");
      if (!held || Date.now() > patience) throw new Error(`PostgreSQL does not start:\n${reason}`);

      await pause(200);
      await waitUntilFree(this.#place.data, this.#place.say);
    }
  }

  async #launchOnce(): Promise<boolean> {
    const child = await this.#spawn();
    this.#child = child;
    const ready = await isReady(child, this.#place.data);
    if (!ready) return false;

    child.once("exit", () => this.#startAgain());
    // The server must not keep a process alive that has nothing else to do.
    child.unref();
    return true;
  }

  async #spawn(): Promise<ChildProcess> {
    const { account, binaries } = this.#place;
    const [program = "", ...args] = [
      ...account.prefix,
      join(binaries.folder, "postgres"),
      ...this.#arguments(),
    ];
    const log = await open(this.#log, "a");
    try {
      // Detached, because Ctrl-C goes to the whole group and would stop the database before the app has drained.
      const child = spawn(program, args, {
        cwd: "/",
        detached: true,
        env: environment,
        stdio: ["ignore", log.fd, log.fd],
      });
      await once(child, "spawn");
      return child;
    } finally {
      await log.close();
    }
  }

  #arguments(): string[] {
    const { data, socketFolder } = this.#place;
    const settings = {
      listen_addresses: "",
      port: "5432",
      unix_socket_directories: socketFolder,
      unix_socket_permissions: "0700",
      // By this name a later start knows whether the process that started the server still lives.
      cluster_name: `whisperdesk-${process.pid}`,
      ssl: "off",
      timezone: "UTC",
      log_timezone: "UTC",
      // Statements and details hold addresses and text of people; they do not belong into a log.
      log_min_error_statement: "panic",
      log_error_verbosity: "terse",
      dynamic_shared_memory_type: sharedMemoryType(),
      ...this.#place.settings,
    };
    return ["-D", data, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])];
  }

  #startAgain(): void {
    if (this.#stopping.signal.aborted) return;

    this.#place.say("PostgreSQL has stopped by itself; starting it again …");
    this.#running = this.#recover();
  }

  // A full disk may have room again in a minute, so this never gives up.
  async #recover(): Promise<void> {
    const { signal } = this.#stopping;
    for (let wait = 500; !signal.aborted; wait = Math.min(wait * 2, 10_000)) {
      try {
        await waitUntilFree(this.#place.data, this.#place.say);
        return await this.#launch();
      } catch (error) {
        if (!signal.aborted) this.#place.say(`${(error as Error).message}\nTrying again …`);
        await pause(wait, null, { ref: false, signal }).catch(() => {});
      }
    }
  }

  async #end(): Promise<void> {
    await this.#endChild();
    // A start that was under way may have brought up one more.
    await this.#running;
    await this.#endChild();
    await rm(this.#place.socketFolder, { recursive: true, force: true });
  }

  async #endChild(): Promise<void> {
    if (this.#child) await endGently(this.#child);
  }
}

// The eighth line of postmaster.pid is how pg_ctl sees it, too.
async function isReady(child: ChildProcess, data: string): Promise<boolean> {
  while (!hasEnded(child)) {
    const lines = (await readFile(join(data, "postmaster.pid"), "utf8").catch(() => "")).split("\n");
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === "ready") return !hasEnded(child);

    await pause(15);
  }
  return false;
}

async function endGently(child: ChildProcess): Promise<void> {
  child.ref();
  const steps = [
    ["SIGINT", 10_000],
    ["SIGQUIT", 5_000],
    ["SIGKILL", 5_000],
  ] as const;
  for (const [signal, patience] of steps) {
    if (hasEnded(child)) return;
    const exit = once(child, "exit", { signal: AbortSignal.timeout(patience) }).catch(() => {});
    child.kill(signal);
    await exit;
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function lastLines(file: string): Promise<string> {
  return (await readFile(file, "utf8")).trimEnd().split("\n").slice(-5).join("\n");
}
