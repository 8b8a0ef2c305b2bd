import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { eventually } from "#test/support/eventually.ts";
import { limit } from "#test/support/limits.ts";

const root = join(import.meta.dirname, "../..");

export type Ended = { code: number; output: string };
export type Running = {
  /** What the program wrote so far: stdout and stderr. */
  output(): string;
  errors(): string;
  port: number;
  metricsPort: number;
  /** Sends SIGTERM and waits for the end. */
  stop(): Promise<{ code: number | null; ms: number }>;
};

/** The environment of a fresh container: nothing of this one but the way to Node, and to what it compiled before. */
function cleanEnvironment(settings: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  return { PATH, NODE_COMPILE_CACHE, ...settings };
}

/** Runs `whisperdesk …` to its end. */
export async function whisperdesk(args: string[], settings: NodeJS.ProcessEnv): Promise<Ended> {
  return await runToEnd(join(root, "src/cli.ts"), args, settings);
}

/** Starts a process that should refuse to run, and waits for its end. */
export async function refuseToStart(
  program: "server" | "worker",
  settings: NodeJS.ProcessEnv,
): Promise<Ended> {
  return await runToEnd(join(root, `src/${program}.ts`), [], settings);
}

async function runToEnd(file: string, args: string[], settings: NodeJS.ProcessEnv): Promise<Ended> {
  return await new Promise((resolve) => {
    const options = { env: cleanEnvironment(settings), cwd: "/", timeout: limit(60) };
    const child = execFile(process.execPath, [file, ...args], options, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === "number" ? error.code : -1) : 0;
      resolve({ code, output: stdout + stderr });
    });
    child.stdin?.end();
  });
}

/** Starts web or worker as a process of its own, and waits until it says that it runs. */
export async function startProcess(
  t: TestContext,
  program: "server" | "worker",
  settings: NodeJS.ProcessEnv,
): Promise<Running> {
  const child = spawn(process.execPath, [join(root, `src/${program}.ts`)], {
    env: cleanEnvironment(settings),
    cwd: "/",
    stdio: ["ignore", "pipe", "pipe"],
  });
  t.after(() => child.kill("SIGKILL"));
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const line = await eventually(`the ${program} to run`, () => {
    if (hasEnded(child)) throw new Error(`The ${program} ended: ${stdout}${stderr}`);
    return stdout.split("\n").find((text) => text.includes("etricsPort"));
  });
  const { port = 0, metricsPort } = JSON.parse(line);
  return {
    output: () => stdout,
    errors: () => stderr,
    port,
    metricsPort,
    async stop() {
      const began = performance.now();
      const exit = hasEnded(child) ? null : once(child, "exit");
      child.kill("SIGTERM");
      await exit;
      return { code: child.exitCode, ms: performance.now() - began };
    },
  };
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
