import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";

test("counts what passed", async () => {
  const { code, last } = await runFixtures("passes");

  assert.equal(last, "2 passed, 0 failed");
  assert.equal(code, 0);
});

test("shows a failure with its place, its reason and what the file printed", async () => {
  const { code, last, text } = await runFixtures("fails", "passes");

  assert.equal(last, "3 passed, 1 failed");
  assert.equal(code, 1);
  assert.match(text, /fails\.ts › a suite › fails inside\n {2}Error: as it should\n {6}at .*fails\.ts:5/);
  assert.match(text, /fails\.ts printed:\n {2}a word before the end/);
});

test("names what was skipped, and why, before the last line", async () => {
  const { code, last, text } = await runFixtures("skips");

  assert.equal(last, "1 passed, 0 failed, 3 skipped");
  assert.equal(code, 0);
  assert.match(
    text,
    /\nSkipped\n.*needs a program: no such program\n.*has no reason: no reason given\n.*is not written: to do: next week\n\n/,
  );
});

for (const [fixture, passed, complaint] of [
  ["crashes", 0, "It was ended by SIGKILL."],
  ["throws-late", 1, "It ended with exit code 3."],
  ["leaves-early", 0, "left before they had ended (exit code 0)."],
  ["hangs", 1, "It did not end within 2 seconds."],
  ["is-empty", 0, "It holds no tests"],
  ["is-broken", 0, "cannot be loaded"],
  ["breaks-its-hook", 0, "no ground to stand on"],
] as const) {
  test(`does not take a file for good that ${fixture.replaceAll("-", " ")}`, async () => {
    const { code, last, text } = await runFixtures(fixture, "passes");

    assert.match(last, /^\d+ passed, [1-9]\d* failed$/, text);
    assert.ok(Number.parseInt(last, 10) <= passed + 2, last);
    assert.equal(code, 1);
    assert.ok(text.includes(complaint), text);
  });
}

test("fails for a file that is not there, and for no tests at all", async () => {
  const missing = await runFixtures("is-not-there");
  const none = await run(["test/fixtures/runner"]);

  assert.equal(missing.last, "0 passed, 1 failed");
  assert.equal(none.last, "0 passed, 1 failed");
  assert.equal(none.code, 1);
});

async function runFixtures(...names: string[]) {
  return await run(names.map((name) => `test/fixtures/runner/${name}.ts`));
}

async function run(args: string[]): Promise<{ code: number; text: string; last: string }> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawn(process.execPath, [join(import.meta.dirname, "run.ts"), ...args], {
    env: { ...env, WHISPERDESK_TEST_SECONDS: "2" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += chunk;
  });
  const [code] = await once(child, "close");
  return { code, text, last: text.trimEnd().split("\n").at(-1) ?? "" };
}
