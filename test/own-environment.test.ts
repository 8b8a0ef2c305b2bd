import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ownEnvironment } from "#src/demo/own-environment.ts";
import manifest from "../package.json" with { type: "json" };
import { nonsenseVariables } from "./support/nonsense-variables.ts";

test("a test runs as without, whatever the machine's owner has set for other programs", async (t) => {
  const { code, output } = await runScript(t, "test", ["test/fixtures/runner/sees-its-environment.ts"], {
    PICTURES: "/for/pictures",
  });

  assert.match(output, /3 passed, 0 failed$/);
  assert.equal(code, 0);
});

test("a test file that is run without npm test, too, where it asks for a database", async (t) => {
  const { NODE_OPTIONS: _, ...nonsense } = nonsenseVariables;
  const file = join(import.meta.dirname, "fixtures/runner/sees-its-environment.ts");

  const { code, output } = await runCommand(t, process.execPath, [file], {
    ...nonsense,
    PICTURES: "/for/pictures",
  });

  assert.match(output, /pass 3$/m);
  assert.equal(code, 0, output);
});

test("a measurement runs as without, whatever the machine's owner has set for other programs", async (t) => {
  const { code, output } = await runScript(t, "bench", ["language", "--quick"]);

  assert.match(output, /\| all of them +\|/);
  assert.equal(code, 0, output);
});

test("only what is meant is kept, and twice is as good as once", () => {
  const given = {
    ...nonsenseVariables,
    PATH: "/bin",
    TMPDIR: "/room",
    WEB_PORT: "4000",
    WHISPERDESK_DATA: "x",
  };
  const { NODE_COMPILE_CACHE: _, ...own } = ownEnvironment(given);

  assert.deepEqual(own, {
    PATH: "/bin",
    TMPDIR: "/room",
    WEB_PORT: "4000",
    WHISPERDESK_DATA: "x",
    HOME: "/dev/null",
    LANG: "C.UTF-8",
    LC_ALL: "C.UTF-8",
    TZ: "UTC",
  });
  assert.deepEqual(ownEnvironment(ownEnvironment(given)), ownEnvironment(given));
});

/** A script of package.json among variables that are all nonsense. */
async function runScript(
  t: TestContext,
  name: keyof typeof manifest.scripts,
  args: string[],
  meant: Record<string, string> = {},
): Promise<{ code: number; output: string }> {
  const command = ["-c", `${manifest.scripts[name]} "$@"`, "sh", ...args];
  return await runCommand(t, "sh", command, { ...nonsenseVariables, ...meant });
}

async function runCommand(
  t: TestContext,
  program: string,
  args: string[],
  variables: Record<string, string>,
): Promise<{ code: number; output: string }> {
  const folder = await mkdtemp(join(tmpdir(), "whisperdesk-bench-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawn(program, args, {
    cwd: join(import.meta.dirname, ".."),
    env: { ...env, WHISPERDESK_BENCH: folder, ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }
  const [code] = await once(child, "close");
  return { code, output: output.trimEnd() };
}
