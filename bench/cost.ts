import { readdirSync, readFileSync } from "node:fs";

// Linux counts processor time in hundredths of a second for every program.
const ticksPerSecond = 100;

/**
 * Processor time in ms that a program has used: its process with all threads, the children that live (a worker's readers,
 * a PostgreSQL's sessions), and those that it has waited for.
 */
export function processCpu(pid: number): number {
  return family(pid).reduce((sum, each) => sum + orNothing(() => ownCpu(each)), 0);
}

/** Resident memory of a process and its living children in bytes. */
export function residentBytes(pid: number): number {
  return family(pid).reduce((sum, each) => sum + orNothing(() => ownMemory(each)), 0);
}

function ownCpu(pid: number): number {
  const fields = statOf(pid);
  return (fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * 1000) / ticksPerSecond;
}

function ownMemory(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(line?.[1] ?? 0) * 1024;
}

function family(pid: number): number[] {
  const running = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  return [pid, ...running.filter((each) => parentOf(each) === pid)];
}

function parentOf(pid: number): number {
  return orNothing(() => Number(statOf(pid)[1]));
}

/** A child may end while it is counted. */
function orNothing(count: () => number): number {
  try {
    return count();
  } catch {
    return 0;
  }
}

/** The fields after the name of the program, which may hold spaces: state, parent, … (proc(5)). */
function statOf(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}
