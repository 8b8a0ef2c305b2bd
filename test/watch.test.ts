import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { utimes } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import manifest from "../package.json" with { type: "json" };

const root = join(import.meta.dirname, "..");

test("runs the named tests at once, and again when something has changed", async (t) => {
  const watching = watch(t, ["test/fixtures/runner/passes.ts"]);
  await watching.until(/2 passed, 0 failed\n/);

  await touch("test/fixtures/runner/passes.ts");

  await watching.until(/2 passed, 0 failed\n(.*\n)*2 passed, 0 failed\n/);
  assert.equal(await watching.end(), "SIGTERM");
});

test("without a name runs the tests of what has changed", async (t) => {
  const watching = watch(t, []);
  await watching.until(/change a file/);

  // Not written in one piece, or this test would be one of its tests.
  await touch(join("src/mime", "read-date.ts"));

  await watching.until(/test\/mime\/read-date\.test\.ts \(\d+ passed\)/);
});

function watch(t: TestContext, files: string[]) {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child: ChildProcess = spawn("sh", ["-c", `${manifest.scripts["test:watch"]} "$@"`, "sh", ...files], {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  let text = "";
  child.stdout?.on("data", (chunk) => {
    text += chunk;
  });
  return {
    async until(words: RegExp) {
      while (!words.test(text)) await once(child.stdout ?? child, "data");
    },
    async end() {
      child.kill("SIGTERM");
      const [, signal] = await once(child, "exit");
      return signal;
    },
  };
}

async function touch(file: string): Promise<void> {
  const now = new Date();
  await utimes(join(root, file), now, now);
}
