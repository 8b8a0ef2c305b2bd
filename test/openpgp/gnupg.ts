import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { TestContext } from "node:test";

export type Run = { status: number | null; stdout: Buffer; stderr: string };
export type Gnupg = {
  home: string;
  run: (args: string[], input?: string | Uint8Array) => Run;
  importKey: (armored: string) => void;
};

export const hasGpg = spawnSync("gpg", ["--version"]).status === 0;
export const hasSq = spawnSync("sq", ["--version"]).status === 0;
export const withoutGpg = hasGpg ? false : "gpg is not installed";
export const withoutSq = hasSq ? false : "sq is not installed";

/** GnuPG with a home of its own, gone after the test. */
export function createGnupg(t: TestContext): Gnupg {
  // A short path: the agent's socket stands in it.
  const home = mkdtempSync("/tmp/gpg-");
  t.after(() => {
    spawnSync("gpgconf", ["--homedir", home, "--kill", "all"]);
    rmSync(home, { recursive: true, force: true });
  });
  const run = (args: string[], input?: string | Uint8Array): Run => {
    const options = [
      "--homedir",
      home,
      "--batch",
      "--no-tty",
      "--trust-model",
      "always",
      "--pinentry-mode",
      "loopback",
    ];
    const { status, stdout, stderr } = spawnSync("gpg", [...options, ...args], {
      input,
      maxBuffer: 512 * 1024 * 1024,
    });
    return { status, stdout, stderr: stderr.toString() };
  };
  return { home, run, importKey: (armored) => void mustWork(run(["--import"], armored)) };
}

/** What a program wrote; throws what it complained about when it failed. */
export function mustWork(result: Run): Buffer {
  if (result.status !== 0) throw new Error(result.stderr);
  return result.stdout;
}

/** A folder with these files, gone after the test. */
export function createFolder(t: TestContext, files: Record<string, string | Uint8Array>): string {
  const folder = mkdtempSync("/tmp/sq-");
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(`${folder}/${name}`, content);
  return folder;
}
