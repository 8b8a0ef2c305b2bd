import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** How a program of PostgreSQL is started: what stands before it, and who must own what it writes. */
export type Account = { prefix: string[]; owner: { uid: number; gid: number } | null };

/** What a program of PostgreSQL finds in its environment: nothing of ours. */
export const environment = { PATH: process.env.PATH ?? "/usr/bin:/bin", LC_ALL: "C.UTF-8", TZ: "UTC" };

const nobody = { uid: 65534, gid: 65534 };

/**
 * Finds an account for the server, for PostgreSQL refuses to run as root. Root runs it in a user namespace,
 * where it believes to be nobody and all files stay root's; where that is forbidden, really as nobody.
 */
export async function accountFor(data: string): Promise<Account> {
  const deathSignal = (await works("setpriv", ["--pdeathsig", "INT"]))
    ? ["setpriv", "--pdeathsig", "INT"]
    : [];
  const owner = await stat(data).catch(() => null);
  if (process.getuid?.() !== 0) {
    refuseStrangers(data, owner?.uid);
    return { prefix: deathSignal, owner: null };
  }

  const namespace = ["--user", `--map-user=${nobody.uid}`, `--map-group=${nobody.gid}`];
  const ownedByRoot = !owner || owner.uid === 0;
  if (ownedByRoot && (await works("unshare", namespace))) {
    return { prefix: [...deathSignal, "unshare", ...namespace], owner: null };
  }
  return await otherAccount(ownedByRoot ? nobody : { uid: owner.uid, gid: owner.gid });
}

function refuseStrangers(data: string, owner: number | undefined): void {
  const self = process.getuid?.();
  if (owner === undefined || owner === self) return;

  throw new Error(
    `The database in ${data} belongs to user ${owner}, but this is user ${self}. ` +
      "Run as that user, or name another folder with WHISPERDESK_DATA.",
  );
}

async function otherAccount(owner: { uid: number; gid: number }): Promise<Account> {
  const ids = [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, "--clear-groups", "--pdeathsig=INT"];
  // A clone below a closed folder, such as the home of root, stays reachable with this one right of root.
  const reach = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"];
  if (await works("setpriv", [...ids, ...reach])) return { prefix: ["setpriv", ...ids, ...reach], owner };
  if (await works("setpriv", ids)) return { prefix: ["setpriv", ...ids], owner };

  throw new Error("PostgreSQL refuses to run as root, and setpriv is missing here. Run as an ordinary user.");
}

async function works(program: string, args: string[]): Promise<boolean> {
  return await run(program, [...args, "true"], { env: environment }).then(
    () => true,
    () => false,
  );
}
