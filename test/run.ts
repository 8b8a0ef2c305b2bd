import "#src/demo/own-environment.ts";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { glob, stat, statfs } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join, relative } from "node:path";
import manifest from "../package.json" with { type: "json" };
import { launchable, offerChromium } from "./support/chromium-server.ts";
import { longFiles } from "./support/long-files.ts";
import { measureParts, Pace, processorSlowness } from "./support/pace.ts";
import { findTemplate, startTestServer } from "./support/postgres-server.ts";
import { type FileResult, killTestFiles, runTestFile } from "./support/run-test-file.ts";

// `npm test` runs the checks and all tests; `npm test -- test/inbox/poll.test.ts test/mime` only what is named.
const checks = ["types", "lint"] as const;
// Files wait for the disk, a process or a mail server now and then: one more than there are processors keeps those busy. Each needs memory.
const atOnce = Math.max(1, Math.min(4, availableParallelism() + 1, Math.floor(spareMemory() / 1.5e9)));
/** A file hangs when no test in it begins or ends for so many seconds of the usual machine. */
const seconds = Number(process.env.WHISPERDESK_TEST_SECONDS ?? 120);

const root = join(import.meta.dirname, "..");
const named = process.argv.slice(2);
const isWhole = named.length === 0;
const tally = { passed: 0, failed: 0, skipped: 0 };
const failures: string[] = [];
const skips: string[] = [];
const results: FileResult[] = [];

process.chdir(root);
process.env.PATH = `${join(root, "node_modules/.bin")}:${process.env.PATH}`;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    killTestFiles();
    process.exit(130);
  });
}

const files = await step("files", async () => {
  await findRoom();
  return await findFiles();
});
if (isWhole) for (const check of checks) await step(check, () => runScript(manifest.scripts[check]));
const server = files && (await step("database", () => startServer(files)));
const browser = await startBrowser();
const pace = server && (await step("pace", () => measurePace(server.url)));
if (files && server && pace) await runAll(files, pace);
await server?.stop();
await browser?.stop();
printOverview();
process.exitCode = tally.failed === 0 ? 0 : 1;

async function step<T>(name: string, work: () => Promise<T>): Promise<T | undefined> {
  const began = performance.now();
  try {
    const result = await work();
    print("ok", name, began);
    return result;
  } catch (error) {
    print("FAILED", name, began);
    fail(name, error instanceof Error ? error.message : String(error));
  }
}

async function runScript(script: string): Promise<void> {
  const child = spawn("sh", ["-c", script], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(output.trim() || `exit code ${code}`);
}

type Server = { url?: string; stop(): Promise<void> };

// One for all files; a single file starts its own if it needs one.
async function startServer(files: string[]): Promise<Server> {
  const given = process.env.WHISPERDESK_TEST_DATABASE_URL;
  if (files.length < 2) return { stop: async () => {} };

  const server = given ? { url: given, stop: async () => {} } : await startTestServer();
  process.env.WHISPERDESK_TEST_DATABASE_URL = server.url;
  await findTemplate(server.url);
  return server;
}

// It starts when the first file asks for it.
async function startBrowser(): Promise<{ stop(): Promise<void> } | null> {
  if (process.env.WHISPERDESK_TEST_CHROMIUM) return null;
  const { address, stop } = await offerChromium();
  process.env.WHISPERDESK_TEST_CHROMIUM = address;
  return { stop };
}

async function findRoom(): Promise<void> {
  const needed = isWhole ? 1000 : 100;
  const { bavail, bsize } = await statfs(tmpdir()).catch(() => ({ bavail: 0, bsize: 0 }));
  const free = Math.floor((bavail * bsize) / 1e6);
  if (free >= needed) return;
  throw new Error(
    `The folder ${tmpdir()} has ${free} MB free, and the tests need ${needed} MB. Make room, or name another folder with TMPDIR.`,
  );
}

async function findFiles(): Promise<string[]> {
  const files: string[] = [];
  for (const path of named.length ? named : ["test"]) {
    const isFolder = (await stat(path)).isDirectory();
    if (isFolder) for await (const file of glob(`${path}/**/*.test.ts`)) files.push(file);
    else files.push(path);
  }
  if (files.length === 0) throw new Error("There are no tests.");
  const each = [...new Set(files.map((file) => relative(root, join(root, file))))].sort();
  return [
    ...longFiles.filter((file) => each.includes(file)),
    ...each.filter((file) => !longFiles.includes(file)),
  ];
}

function spareMemory(): number {
  return Math.min(process.availableMemory(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
}

// A whole run measures all that its tests wait for, a few files only the processor.
async function measurePace(databaseUrl: string | undefined): Promise<Pace> {
  const parts =
    isWhole && databaseUrl
      ? await measureParts(databaseUrl, await findTemplate(databaseUrl), (await launchable()).executablePath)
      : { processor: await processorSlowness() };
  const shown = Object.entries(parts).map(([part, slowness]) => `${part} ${slowness.toFixed(1)}`);
  if (isWhole) console.log(`Times the usual: ${shown.join(", ")}`);
  return new Pace(parts);
}

async function runAll(files: string[], pace: Pace): Promise<void> {
  const waiting = files.values();
  const lane = async () => {
    for (const file of waiting) count(await runTestFile(file, { seconds, pace }));
  };
  const over = new AbortController();
  void pace.follow(over.signal);
  await Promise.all(Array.from({ length: atOnce }, lane));
  over.abort();
}

function count(result: FileResult): void {
  const { file, passed, failed, skipped } = result;
  const extra = skipped.length ? `, ${skipped.length} skipped` : "";
  print(
    failed.length ? "FAILED" : "ok",
    `${file} (${passed} passed${extra})`,
    performance.now() - result.seconds * 1000,
  );

  results.push(result);
  tally.passed += passed;
  for (const { name, error } of failed) fail(`${file} › ${name}`, error);
  if (failed.length && result.output) failures.push(`${file} printed:\n${indent(result.output)}`);
  tally.skipped += skipped.length;
  skips.push(...skipped.map(({ name, reason }) => `${file} › ${name}: ${reason}`));
}

function fail(what: string, why: string): void {
  tally.failed += 1;
  failures.push(`${what}\n${indent(why)}`);
}

function printOverview(): void {
  if (failures.length) console.log(`\nFailures\n\n${failures.join("\n\n")}`);
  if (results.length > 10) console.log(`\nSlowest\n${indent(slowest().join("\n"))}`);
  if (skips.length) console.log(`\nSkipped\n${indent(skips.join("\n"))}`);
  const skipped = tally.skipped ? `, ${tally.skipped} skipped` : "";
  console.log(`\n${tally.passed} passed, ${tally.failed} failed${skipped}`);
}

/** Ten files, with the seconds of processor time that they spent: themselves, and in the programs that they started. */
function slowest(): string[] {
  const sorted = results.toSorted((one, other) => other.seconds - one.seconds).slice(0, 10);
  return sorted.map(({ file, seconds, spent }) => {
    const parts = Object.entries(spent ?? {}).map(([part, time]) => `${part} ${time.toFixed(1)}`);
    return `${seconds.toFixed(1).padStart(6)} s  ${file} (${parts.join(", ")})`;
  });
}

function print(state: string, what: string, began: number): void {
  console.log(`${state.padEnd(7)} ${what}, ${((performance.now() - began) / 1000).toFixed(1)} s`);
}

function indent(text: string): string {
  return text.replace(/^/gm, "  ");
}
