import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A GnuPG with a home of its own, its agent running and its keys known. */
export type Gpg = {
  /**
   * Decrypts and verifies some shares of files at the same time, with a gpg for each file or one for each share. Throws when
   * a signature is not good. The processor time is that of gpg and of its agent.
   */
  decrypt(shares: string[][], how: "each" | "all"): Promise<{ seconds: number; cpuSeconds: number }>;
  stop(): Promise<void>;
};

/** Imports the keys and starts the agent, so that no measurement pays for it. */
export async function startGpg(home: string, keys: string[]): Promise<Gpg> {
  const options = ["--homedir", home, "--batch", "--yes", "--no-tty", "--trust-model", "always"];
  for (const [index, key] of keys.entries()) {
    await writeFile(join(home, `key-${index}.asc`), key);
    await run("gpg", [...options, "--pinentry-mode", "loopback", "--import", join(home, `key-${index}.asc`)]);
  }
  const asked = await run("gpg-connect-agent", ["--homedir", home, "getinfo pid", "/bye"]);
  const agent = Number(/^D (\d+)/m.exec(asked.stdout)?.[1]);

  const gpg = ["gpg", ...options, "--status-fd", "1", "--output"].join(" ");
  const scriptOf = (share: string[], how: "each" | "all") =>
    how === "all"
      ? `gpg ${options.join(" ")} --status-fd 1 --decrypt-files ${share.join(" ")} 2>/dev/null`
      : `for file in ${share.join(" ")}; do ${gpg} /dev/null --decrypt "$file" 2>/dev/null; done`;
  return {
    async decrypt(shares, how) {
      const [began, agentBefore, childrenBefore] = [performance.now(), ownTicks(agent), childTicks()];
      await Promise.all(shares.map((share) => decryptShare(scriptOf(share, how), share.length)));
      const ticks = ownTicks(agent) - agentBefore + childTicks() - childrenBefore;
      return { seconds: (performance.now() - began) / 1000, cpuSeconds: ticks / 100 };
    },
    async stop() {
      await run("gpgconf", ["--homedir", home, "--kill", "all"]);
    },
  };
}

async function decryptShare(script: string, files: number): Promise<void> {
  const child = execFile("sh", ["-c", script], { maxBuffer: 1e8 });
  let told = "";
  child.stdout?.on("data", (text) => {
    told += text;
  });
  await once(child, "close");
  const good = told.match(/^\[GNUPG:\] GOODSIG /gm)?.length ?? 0;
  if (good !== files) throw new Error(`gpg told ${good} good signatures of ${files}`);
}

/** Processor time of a process, and of the children that this one has waited for, in hundredths of a second (proc(5)). */
function ownTicks(pid: number): number {
  return ticksOf(pid, 11);
}

function childTicks(): number {
  return ticksOf(process.pid, 13);
}

function ticksOf(pid: number, from: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[from]) + Number(fields[from + 1]);
}
