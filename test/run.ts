import "#src/demo/own-environment.ts";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { glob, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import manifest from "../package.json" with { type: "json" };
import { offerChromium } from "./support/chromium-server.ts";
import { findTemplate, startTestServer } from "./support/postgres-server.ts";
import { type FileResult, killTestFiles, runTestFile } from "./support/run-test-file.ts";

// `npm test` runs the checks and all tests; `npm test -- test/inbox/poll.test.ts test/mime` only what is named.
const checks = ["types", "lint"] as const;
const atOnce = 2;
const patience = Number(process.env.WHISPERDESK_TEST_SECONDS ?? 240) * 1000;

const root = join(import.meta.dirname, "..");
const named = process.argv.slice(2);
const tally = { passed: 0, failed: 0, skipped: 0 };
const failures: string[] = [];
const skips: string[] = [];

process.chdir(root);
// Reading the source of a file and what it imports costs a second, unless it is kept.
process.env.NODE_COMPILE_CACHE ??= join(root, "node_modules/.cache/compile");
process.env.PATH = `${join(root, "node_modules/.bin")}:${process.env.PATH}`;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    killTestFiles();
    process.exit(130);
  });
}

if (named.length === 0)
  for (const check of checks) await step(check, () => runScript(manifest.scripts[check]));
const server = await step("database", startServer);
const browser = await startBrowser();
const files = await step("files", findFiles);
await runAll(files ?? []);
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

async function startServer(): Promise<{ stop(): Promise<void> }> {
  const given = process.env.WHISPERDESK_TEST_DATABASE_URL;
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

async function findFiles(): Promise<string[]> {
  const files: string[] = [];
  for (const path of named.length ? named : ["test"]) {
    const isFolder = (await stat(path)).isDirectory();
    if (isFolder) for await (const file of glob(`${path}/**/*.test.ts`)) files.push(file);
    else files.push(path);
  }
  if (files.length === 0) throw new Error("There are no tests.");
  return [...new Set(files.map((file) => relative(root, join(root, file))))].sort();
}

async function runAll(files: string[]): Promise<void> {
  const waiting = files.values();
  const lane = async () => {
    for (const file of waiting) count(await runTestFile(file, patience));
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

function count(result: FileResult): void {
  const { file, passed, failed, skipped } = result;
  const extra = skipped.length ? `, ${skipped.length} skipped` : "";
  print(
    failed.length ? "FAILED" : "ok",
    `${file} (${passed} passed${extra})`,
    performance.now() - result.seconds * 1000,
  );

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
  if (skips.length) console.log(`\nSkipped\n${indent(skips.join("\n"))}`);
  const skipped = tally.skipped ? `, ${tally.skipped} skipped` : "";
  console.log(`\n${tally.passed} passed, ${tally.failed} failed${skipped}`);
}

function print(state: string, what: string, began: number): void {
  console.log(`${state.padEnd(7)} ${what}, ${((performance.now() - began) / 1000).toFixed(1)} s`);
}

function indent(text: string): string {
  return text.replace(/^/gm, "  ");
}
