import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Pace } from "./pace.ts";
import type { ResultLine, Spent, StepLine } from "./result-lines.ts";
import { canBeAsked, whereItWaits } from "./where-it-waits.ts";

export type FileResult = {
  file: string;
  seconds: number;
  /** What it cost the processor; null when it did not come to its end. */
  spent: Spent | null;
  passed: number;
  failed: { name: string; error: string }[];
  skipped: { name: string; reason: string }[];
  /** What the file printed, for the reader of a failure. */
  output: string;
};

/** How many seconds of the usual machine a file may be without a test that begins or ends, and how slow this one is. */
export type Patience = { seconds: number; pace: Pace };

type Running = { child: ChildProcess; results: string; steps: string };
type Hung = { running: string[]; where: string[] };
type Ending = { code: number | null; signal: string | null; hung: Hung | null };

const root = join(import.meta.dirname, "../..");
const reporter = join(import.meta.dirname, "result-lines.ts");
const running = new Set<ChildProcess>();

/**
 * Runs one test file in a process of its own. A file that crashes, hangs, leaves early or holds no test at all has
 * failed, whatever its tests said before.
 */
export async function runTestFile(file: string, patience: Patience): Promise<FileResult> {
  const began = performance.now();
  const folder = await mkdtemp(join(tmpdir(), "whisperdesk-results-"));
  const started = startFile(file, folder, patience.pace);
  const output = collect(started.child);
  const ending = await waitFor(started, patience);

  const lines = await readLines<ResultLine>(started.results);
  await rm(folder, { recursive: true });
  const end = lines.find((line) => line.kind === "end");
  return {
    file,
    seconds: (performance.now() - began) / 1000,
    spent: end?.spent ?? null,
    passed: lines.filter((line) => line.kind === "passed").length,
    failed: [
      ...lines.filter((line) => line.kind === "failed"),
      ...complaints(lines, ending, patience.seconds),
    ],
    skipped: lines.filter((line) => line.kind === "skipped"),
    output: output(),
  };
}

/** Ends every file that is running, with all that it started. */
export function killTestFiles(): void {
  for (const child of running) killGroup(child);
}

function startFile(file: string, folder: string, pace: Pace): Running {
  const [results, steps] = [join(folder, "results"), join(folder, "steps")];
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const report = [`--test-reporter=${reporter}`, `--test-reporter-destination=${results}`];
  // A group of its own, so that a browser or a mail server goes down with the test that left it.
  const child = spawn(process.execPath, [canBeAsked, ...report, file], {
    env: { ...env, WHISPERDESK_TEST_STEPS: steps, WHISPERDESK_TEST_SLOWNESS: pace.slowness.toFixed(1) },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  return { child, results, steps };
}

function collect(child: ChildProcess): () => string {
  let text = "";
  const keep = (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-20_000);
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  return () => text.replace(/^(Debugger listening on|For help, see|Debugger attached).*\n/gm, "").trim();
}

async function waitFor(started: Running, patience: Patience): Promise<Ending> {
  const { child } = started;
  running.add(child);
  const closed = once(child, "close");
  const exit = once(child, "exit");
  const hung = await watch(started, patience);
  if (hung) killGroup(child);
  const [code, signal] = await exit;
  running.delete(child);
  killGroup(child);
  // Something that left the group may hold the other end; its words are not worth waiting for.
  await Promise.race([closed, pause(1000, null, { ref: false })]);
  return { code, signal, hung };
}

/** Looks every second whether a test has begun or ended. A second of a slow machine counts as less. */
async function watch({ child, results, steps }: Running, { seconds, pace }: Patience): Promise<Hung | null> {
  const gone = once(child, "exit").then(() => true);
  let quiet = 0;
  for (let [told, looked] = [0, performance.now()]; quiet < seconds; looked = performance.now()) {
    if (await Promise.race([gone, pause(1000, false)])) return null;
    const size = (await sizeOf(results)) + (await sizeOf(steps));
    quiet = size > told ? 0 : quiet + (performance.now() - looked) / 1000 / pace.slowness;
    told = size;
  }
  const where = await whereItWaits(child, root, 30_000 * pace.slowness);
  return { running: runningTests(await readLines<StepLine>(steps)), where };
}

/** The tests that have begun and are not over; not those that only wait for a test inside. */
function runningTests(lines: StepLine[]): string[] {
  const open: StepLine[] = [];
  for (const line of lines) {
    const same = open.findLastIndex((one) => one.name === line.name && one.nesting === line.nesting);
    if (line.kind === "begun") open.push(line);
    else if (same >= 0) open.splice(same, 1);
  }
  const deepest = Math.max(...open.map((one) => one.nesting));
  return open.filter((one) => one.nesting === deepest).map((one) => one.name);
}

function complaints(lines: ResultLine[], ending: Ending, seconds: number): { name: string; error: string }[] {
  const { code, signal, hung } = ending;
  if (hung) return complainOfHanging(hung, seconds);
  const complaint = findComplaint(lines, code, signal);
  return complaint ? [{ name: "the whole file", error: complaint }] : [];
}

function complainOfHanging({ running, where }: Hung, seconds: number) {
  const long = `${seconds} seconds of the usual machine`;
  const rest = where.length ? where.join("\n") : "It did not tell where it waits.";
  if (running.length > 0)
    return running.map((name) => ({ name, error: `It did not end within ${long}.\n${rest}` }));

  const error = `In ${long} no test began or ended: it hangs in an import, in a hook, or at its end.\n${rest}`;
  return [{ name: "the whole file", error }];
}

function findComplaint(lines: ResultLine[], code: number | null, signal: string | null): string | null {
  if (signal) return `It was ended by ${signal}.`;
  const results = lines.filter((line) => line.kind !== "end");
  if (results.length === 0 || results.length === lines.length) {
    return `It holds no tests, or left before they had ended (exit code ${code}).`;
  }
  if (code !== 0 && !results.some((line) => line.kind === "failed"))
    return `It ended with exit code ${code}.`;
  return null;
}

async function sizeOf(file: string): Promise<number> {
  return await stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

async function readLines<Line>(file: string): Promise<Line[]> {
  const text = await readFile(file, "utf8").catch(() => "");
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
