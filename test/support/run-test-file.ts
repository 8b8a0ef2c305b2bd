import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { ResultLine } from "./result-lines.ts";

export type FileResult = {
  file: string;
  seconds: number;
  passed: number;
  failed: { name: string; error: string }[];
  skipped: { name: string; reason: string }[];
  /** What the file printed, for the reader of a failure. */
  output: string;
};

const reporter = join(import.meta.dirname, "result-lines.ts");
const running = new Set<ChildProcess>();

/**
 * Runs one test file in a process of its own. A file that crashes, hangs, leaves early or holds no test at all has
 * failed, whatever its tests said before.
 */
export async function runTestFile(file: string, patience: number): Promise<FileResult> {
  const began = performance.now();
  const folder = await mkdtemp(join(tmpdir(), "whisperdesk-results-"));
  const child = spawnNode(file, join(folder, "results"));
  const output = collect(child);
  const ending = await waitFor(child, patience);

  const lines = await readLines(join(folder, "results"));
  await rm(folder, { recursive: true });
  const failed = lines.filter((line) => line.kind === "failed");
  const complaint = findComplaint(lines, ending);
  if (complaint) failed.push({ kind: "failed", name: "the whole file", error: complaint });
  return {
    file,
    seconds: (performance.now() - began) / 1000,
    passed: lines.filter((line) => line.kind === "passed").length,
    failed,
    skipped: lines.filter((line) => line.kind === "skipped"),
    output: output(),
  };
}

/** Ends every file that is running, with all that it started. */
export function killTestFiles(): void {
  for (const child of running) killGroup(child);
}

function spawnNode(file: string, results: string): ChildProcess {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const report = [`--test-reporter=${reporter}`, `--test-reporter-destination=${results}`];
  // A group of its own, so that a browser or a mail server goes down with the test that left it.
  return spawn(process.execPath, [...report, file], {
    env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
}

function collect(child: ChildProcess): () => string {
  let text = "";
  const keep = (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-20_000);
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  return () => text.trim();
}

type Ending = { code: number | null; signal: string | null; late: number | null };

async function waitFor(child: ChildProcess, patience: number): Promise<Ending> {
  running.add(child);
  const closed = once(child, "close");
  let late: number | null = null;
  const timer = setTimeout(() => {
    late = patience;
    killGroup(child);
  }, patience);
  const [code, signal] = await once(child, "exit");
  clearTimeout(timer);
  running.delete(child);
  killGroup(child);
  // Something that left the group may hold the other end; its words are not worth waiting for.
  await Promise.race([closed, pause(1000, null, { ref: false })]);
  return { code, signal, late };
}

function findComplaint(lines: ResultLine[], { code, signal, late }: Ending): string | null {
  if (late !== null) return `It did not end within ${late / 1000} seconds.`;
  if (signal) return `It was ended by ${signal}.`;
  const results = lines.filter((line) => line.kind !== "end");
  if (results.length === 0 || results.length === lines.length) {
    return `It holds no tests, or left before they had ended (exit code ${code}).`;
  }
  if (code !== 0 && !results.some((line) => line.kind === "failed"))
    return `It ended with exit code ${code}.`;
  return null;
}

async function readLines(results: string): Promise<ResultLine[]> {
  const text = await readFile(results, "utf8").catch(() => "");
  // The last line of a killed process may be cut.
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  return whole
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid) process.kill(-child.pid, "SIGKILL");
  } catch {
    // Nobody is left in it.
  }
}
