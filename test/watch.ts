import "#src/demo/own-environment.ts";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { watch } from "node:fs";
import { glob, readFile } from "node:fs/promises";
import { basename, join, parse, sep } from "node:path";

// `npm run test:watch -- FILE…` runs these tests, and again after each change; without a name, the tests of what changed.
const folders = ["src", "views", "public", "migrations", "test"];
const root = join(import.meta.dirname, "..");
const named = process.argv.slice(2);
const changed = new Set<string>();
let running: ChildProcess | undefined;

process.chdir(root);
for (const folder of folders) {
  watch(folder, { recursive: true }, (_, file) => {
    if (!file || /^\.|~$|\.sw\w$/.test(basename(file))) return;
    changed.add(join(folder, file));
    soon.refresh();
  });
}
// An editor writes a file in several steps.
const soon = setTimeout(() => void runTests(), 100);

async function runTests(): Promise<void> {
  const files = named.length > 0 ? named : await testsOf([...changed]);
  if (named.length === 0 && files.length === 0)
    console.log(`No test names ${[...changed].join(", ") || "anything yet: change a file"}.`);
  changed.clear();
  await stop();
  if (files.length > 0) running = spawn(process.execPath, ["test/run.ts", ...files], { stdio: "inherit" });
}

async function stop(): Promise<void> {
  if (!running || running.exitCode !== null) return;
  const exit = once(running, "exit");
  running.kill("SIGTERM");
  await exit;
}

/** A test itself; the tests that import a source; the tests that bear the name of a view. */
async function testsOf(paths: string[]): Promise<string[]> {
  const tests = await Array.fromAsync(glob("test/**/*.test.ts"));
  const found = tests.filter((test) => paths.includes(test));
  const others = paths.filter((path) => !tests.includes(path));
  if (others.length === 0) return found;

  for (const test of tests) {
    const text = await readFile(test, "utf8");
    if (others.some((path) => text.includes(`/${basename(path)}"`) || isNamedLike(test, path)))
      found.push(test);
  }
  return [...new Set(found)];
}

function isNamedLike(test: string, path: string): boolean {
  const { dir, name } = parse(path.split(sep).slice(1).join(sep));
  return path.startsWith("views") && test.startsWith(join("test", dir, name));
}
