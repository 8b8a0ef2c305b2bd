import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { before, suite, test } from "node:test";
import { longFiles } from "./support/long-files.ts";

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

const bad = [
  ["crashes", 0, "It was ended by SIGKILL."],
  ["throws-late", 1, "It ended with exit code 3."],
  ["leaves-early", 0, "left before they had ended (exit code 0)."],
  ["is-empty", 0, "It holds no tests"],
  ["is-broken", 0, "cannot be loaded"],
  ["breaks-its-hook", 0, "no ground to stand on"],
] as const;

suite("does not take a file for good that", () => {
  let together: Awaited<ReturnType<typeof run>>;
  before(async () => {
    together = await runFixtures(...bad.map(([fixture]) => fixture), "passes");
  });

  for (const [fixture, passed, complaint] of bad) {
    test(fixture.replaceAll("-", " "), () => {
      const { text } = together;
      const told = text
        .split(/\n(?=test\/fixtures\/runner\/)/)
        .filter((part) => part.includes(`/${fixture}.ts `));

      assert.match(
        text,
        new RegExp(`^FAILED +test/fixtures/runner/${fixture}\\.ts \\(${passed} passed\\)`, "m"),
      );
      assert.ok(told.join("").includes(complaint), text);
    });
  }

  test("is one of many, of which the others are good", async () => {
    const alone = await runFixtures("throws-late");

    assert.match(together.text, /^ok +test\/fixtures\/runner\/passes\.ts \(2 passed\)/m);
    assert.match(together.last, /^3 passed, [6-9] failed$/);
    assert.deepEqual([together.code, alone.code], [1, 1]);
  });
});

test("says which test hangs, or that it is none, and where it waits", async () => {
  const files = ["in-a-test", "in-a-loop", "inside", "in-its-import", "in-its-hook", "at-its-end"];
  const { code, text } = await runFixtures(...files.map((name) => `hangs-${name}`), "passes");
  const told = (file: string) =>
    new RegExp(`^test/fixtures/runner/hangs-${file}\\.ts › (.*\\n(?: {2}.*\\n)+)`, "m").exec(text)?.[1] ?? "";

  for (const [file, name] of [
    ["in-a-test", "waits for ever"],
    ["in-a-loop", "never lets go"],
    ["inside", "the inner one"],
  ] as const) {
    assert.match(told(file), new RegExp(`^${name}\n {2}It did not end within 2 seconds`), text);
  }
  for (const file of ["in-its-import", "in-its-hook", "at-its-end"]) {
    assert.match(told(file), /^the whole file\n {2}In 2 seconds .* no test began or ended/, text);
  }
  assert.match(
    told("in-a-test"),
    /It waits in untilSomebodyCalls \(.*-in-a-test\.ts:7\): await once\(server, "connection"\);/,
  );
  assert.match(
    told("in-a-test"),
    /It waits in a function \(.*-in-a-test\.ts:12\): await untilSomebodyCalls\(\);/,
  );
  assert.match(told("in-a-test"), /Open: .*TCPServerWrap/);
  assert.match(told("in-a-loop"), /It is busy in spin \(.*-in-a-loop\.ts:5\): while \(true\) turns \+= 1;/);
  assert.match(told("inside"), /It waits in .*-inside\.ts:6\): await new Promise/);
  assert.match(told("in-its-import"), /It waits in .*-in-its-import\.ts:5\): await new Promise/);
  assert.match(told("in-its-hook"), /It waits in .*-in-its-hook\.ts:6\): await new Promise/);
  assert.match(told("at-its-end"), /Open: .*Timeout/);
  assert.equal(code, 1);
});

test("gives a test that is slow, but goes on, the time that it needs", async () => {
  const { last, text } = await runFixtures("goes-on");

  assert.equal(last, "5 passed, 0 failed", text);
});

test("fails for a file that is not there, and for no tests at all", async () => {
  const missing = await runFixtures("is-not-there");
  const none = await run(["test/fixtures/runner"]);

  assert.equal(missing.last, "0 passed, 1 failed");
  assert.equal(none.last, "0 passed, 1 failed");
  assert.equal(none.code, 1);
});

test("says in one sentence that there is no room for what tests write", async () => {
  const { code, text } = await run(["test/fixtures/runner/passes.ts"], { TMPDIR: "/dev/null/nowhere" });

  assert.match(
    text,
    /\nFailures\n\nfiles\n {2}The folder \/dev\/null\/nowhere has 0 MB free, .* with TMPDIR\.\n\n0 passed, 1 failed\n$/,
  );
  assert.equal(code, 1);
});

test("knows the long files by their names: they begin a whole run", () => {
  for (const file of longFiles) assert.ok(existsSync(join(import.meta.dirname, "..", file)), file);
});

async function runFixtures(...names: string[]) {
  return await run(names.map((name) => `test/fixtures/runner/${name}.ts`));
}

async function run(
  args: string[],
  variables: NodeJS.ProcessEnv = {},
): Promise<{ code: number; text: string; last: string }> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawn(process.execPath, [join(import.meta.dirname, "run.ts"), ...args], {
    env: { ...env, WHISPERDESK_TEST_SECONDS: "2", ...variables },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += chunk;
  });
  const [code] = await once(child, "close");
  return { code, text, last: text.trimEnd().split("\n").at(-1) ?? "" };
}
