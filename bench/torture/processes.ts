import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { limit } from "../../test/support/limits.ts";

const { PATH = "", NODE_COMPILE_CACHE = "" } = process.env;
const source = join(import.meta.dirname, "../../src");

export type DeskProcess = {
  readonly name: string;
  /** The port on which the process serves pages or, for a worker, its health. */
  port(): Promise<number>;
  isRunning(): boolean;
  /** Kills the process as the kernel would; another one starts. False when it did not run (yet). */
  kill(): Promise<boolean>;
  stop(): Promise<void>;
};

export type DeskProcesses = {
  list: DeskProcess[];
  /** How often a process ended that nobody had killed, before and after it ran. */
  readonly endedByItself: { starting: number; running: number };
  /** What was logged as a warning or worse, by name and code of the error. */
  readonly failures: Map<string, number>;
  stop(): Promise<void>;
};

/** Starts web or worker processes of the desk, each started again when it ends, as a service manager does. */
export async function startProcesses(
  entry: "worker" | "server",
  count: number,
  env: Record<string, string>,
): Promise<DeskProcesses> {
  const endedByItself = { starting: 0, running: 0 };
  const failures = new Map<string, number>();
  const list = Array.from({ length: count }, (_, n) =>
    keepRunning(`${entry} ${n + 1}`, join(source, `${entry}.ts`), env, endedByItself, failures),
  );
  const started = Promise.all(list.map((one) => one.port())).then(() => true);
  if (!(await Promise.race([started, pause(limit(60), false, { ref: false })]))) {
    for (const one of list) await one.stop();
    throw new Error(`A process did not start: ${[...failures.keys()].join("; ")}`);
  }
  return {
    list,
    endedByItself,
    failures,
    async stop() {
      await Promise.all(list.map((one) => one.stop()));
    },
  };
}

function keepRunning(
  name: string,
  file: string,
  env: Record<string, string>,
  endedByItself: { starting: number; running: number },
  failures: Map<string, number>,
): DeskProcess {
  let child: ChildProcess;
  let running = Promise.withResolvers<number>();
  let isRunning = false;
  let expected = false;
  let stopping = false;

  const start = () => {
    expected = false;
    isRunning = false;
    child = spawn(process.execPath, [file], {
      env: { PATH, NODE_COMPILE_CACHE, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    readLines(child, (line) => {
      if (line.level >= 40) failures.set(describe(line), (failures.get(describe(line)) ?? 0) + 1);
      if (!/the (worker|web process) runs/.test(line.msg ?? "")) return;
      isRunning = true;
      running.resolve(line.port ?? line.metricsPort ?? 0);
    });
    child.once("exit", () => void onExit());
  };

  const onExit = async () => {
    if (stopping) return;
    if (!expected) endedByItself[isRunning ? "running" : "starting"] += 1;
    if (isRunning) running = Promise.withResolvers();
    isRunning = false;
    if (!expected) await pause(300);
    if (!stopping) start();
  };

  start();
  return {
    name,
    port: async () => await running.promise,
    isRunning: () => isRunning,
    async kill() {
      if (!isRunning || child.exitCode !== null || child.signalCode !== null) return false;
      const gone = once(child, "exit");
      expected = true;
      child.kill("SIGKILL");
      await gone;
      return true;
    },
    async stop() {
      stopping = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), 25_000);
      await gone;
      clearTimeout(late);
    },
  };
}

type Line = {
  level: number;
  msg?: string;
  port?: number;
  metricsPort?: number;
  err?: { name: string; code?: string };
};

function readLines(child: ChildProcess, onLine: (line: Line) => void): void {
  let rest = "";
  child.stdout?.on("data", (bytes: Buffer) => {
    const lines = (rest + bytes.toString()).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.startsWith("{")) onLine(JSON.parse(line));
  });
  child.stderr?.on("data", (bytes: Buffer) => {
    const first =
      bytes
        .toString()
        .split("\n")
        .find((line) => line.trim()) ?? "";
    if (!/ExperimentalWarning/.test(first)) onLine({ level: 50, msg: `stderr: ${first.slice(0, 120)}` });
  });
}

function describe({ msg, err }: Line): string {
  return err ? [err.name, err.code].filter(Boolean).join(" ") : (msg ?? "?");
}
