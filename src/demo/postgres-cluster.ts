import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import {
  access,
  chmod,
  chown,
  constants,
  mkdir,
  mkdtemp,
  readdir,
  realpath,
  rename,
  rm,
} from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { type Account, environment } from "./postgres-account.ts";
import type { Binaries } from "./postgres-binaries.ts";
import { sharedMemoryType } from "./shared-memory.ts";

const run = promisify(execFile);

/** Makes the folder that holds everything, closed to others, and gives its true path. */
export async function openDataFolder(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return await realpath(folder);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new Error(
      `The folder ${folder} cannot be written by this user (${process.getuid?.()}, ${code}). ` +
        "Make it writable, or name another folder with WHISPERDESK_DATA.",
    );
  }
}

type Plan = {
  data: string;
  binaries: Binaries;
  account: Account;
  durable: boolean;
  say: (sentence: string) => void;
};

/** Makes an empty database where there is none. A folder with its final name is always a whole one. */
export async function makeCluster(plan: Plan): Promise<void> {
  const { data, account } = plan;
  if (!existsSync(join(data, "PG_VERSION"))) {
    plan.say("Making the database, which happens only once …");
    await fillNewFolder(plan);
  }
  await chmod(data, 0o700);
  if (account.owner) await giveTo(account.owner, data);
}

async function fillNewFolder(plan: Plan): Promise<void> {
  await removeLeftovers(plan.data);
  const fresh = await mkdtemp(`${plan.data}.new-${process.pid}-`);
  try {
    if (plan.account.owner) await chown(fresh, plan.account.owner.uid, plan.account.owner.gid);
    await initialise(fresh, plan);
    await rename(fresh, plan.data);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    // Two first starts at once: the other one was faster, and its work is as good.
    if (!existsSync(join(plan.data, "PG_VERSION"))) throw error;
  }
}

async function removeLeftovers(data: string): Promise<void> {
  const names = await readdir(dirname(data));
  for (const name of names.filter((each) => each.startsWith(`${basename(data)}.new-`))) {
    const pid = name.slice(`${basename(data)}.new-`.length).split("-")[0];
    if (!existsSync(`/proc/${pid}`)) await rm(join(dirname(data), name), { recursive: true, force: true });
  }
}

async function initialise(folder: string, { binaries, account, durable }: Plan): Promise<void> {
  const [program, ...args] = [
    ...account.prefix,
    join(binaries.folder, "initdb"),
    "--no-instructions",
    "--username=whisperdesk",
    // Only the owner of the socket folder gets as far as the socket.
    "--auth-local=trust",
    "--auth-host=reject",
    "--encoding=UTF8",
    // Independent of the machine's own locales, whose upgrades break indexes.
    ...(binaries.major >= 17 ? ["--locale-provider=builtin"] : []),
    "--locale=C.UTF-8",
    "--data-checksums",
    // While it makes the database, too.
    ...(binaries.major >= 16 ? [`--set=dynamic_shared_memory_type=${sharedMemoryType()}`] : []),
    ...(durable ? [] : ["--no-sync"]),
    `--pgdata=${folder}`,
  ];
  await run(program, args, { cwd: "/", env: environment }).catch((error: Error & { stderr?: string }) => {
    throw new Error(`The database could not be made:\n${error.stderr?.trim() || error.message}`);
  });
}

async function giveTo(owner: { uid: number; gid: number }, folder: string): Promise<void> {
  await run("chown", ["--recursive", "--from=0", `${owner.uid}:${owner.gid}`, folder]);
}
