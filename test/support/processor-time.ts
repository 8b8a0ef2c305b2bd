import assert from "node:assert/strict";

/** Milliseconds of this thread's processor time that some work takes: what else the machine does is not counted. */
export async function processorTime(work: () => unknown): Promise<number> {
  const before = process.threadCpuUsage();
  await work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

/**
 * Eight times as much may take twenty times the processor time, on any machine; what grows by the square takes 64 times.
 * A busy machine and a garbage collector may hit one measurement: it fails only when five in a row say so.
 */
export async function assertLinear(
  size: number,
  work: (size: number) => unknown,
  what = "it",
): Promise<void> {
  const eighth = () => work(Math.ceil(size / 8));
  // The first one is compiled.
  await eighth();
  const rounds: string[] = [];
  while (rounds.length < 5) {
    const forEighth = await processorTime(eighth);
    const forAll = await processorTime(() => work(size));
    if (forAll < 20 * forEighth + 30) return;
    rounds.push(`${forEighth} ms became ${forAll} ms`);
  }
  assert.fail(`${what}: ${rounds.join("; ")}`);
}
