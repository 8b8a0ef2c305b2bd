import { readdirSync, readFileSync } from "node:fs";

// Linux counts processor time in hundredths of a second for every program.
const ticksPerSecond = 100;

/** Processor time that a process has used, all its threads and the children that it has waited for, in ms. */
export function processCpu(pid: number): number {
  const fields = statOf(pid);
  return (fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * 1000) / ticksPerSecond;
}

/** The same for a whole PostgreSQL: the server and its sessions, also those that have ended. */
export function postgresCpu(pid: number): number {
  const sessions = readdirSync("/proc").filter(
    (name) => /^\d+$/.test(name) && parentOf(Number(name)) === pid,
  );
  return [pid, ...sessions.map(Number)].reduce((sum, each) => sum + cpuOrNothing(each), 0);
}

/** Resident memory of a process in bytes. */
export function residentBytes(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(line?.[1] ?? 0) * 1024;
}

function parentOf(pid: number): number {
  try {
    return Number(statOf(pid)[1]);
  } catch {
    return 0;
  }
}

function cpuOrNothing(pid: number): number {
  try {
    return processCpu(pid);
  } catch {
    return 0;
  }
}

/** The fields after the name of the program, which may hold spaces: state, parent, … (proc(5)). */
function statOf(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}
