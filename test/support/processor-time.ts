import assert from "node:assert/strict";

/** Milliseconds of this process's processor time that some work takes: the least of three, for the first one is compiled. */
export async function processorTime(work: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
  }
  return Math.min(...times);
}

/** Eight times as much may take twenty times the processor time, on any machine; what grows by the square takes 64 times. */
export async function assertLinear(
  size: number,
  work: (size: number) => unknown,
  what = "it",
): Promise<void> {
  const forEighth = await processorTime(() => work(Math.ceil(size / 8)));
  const forAll = await processorTime(() => work(size));

  assert.ok(forAll < 20 * forEighth + 100, `${what}: ${forEighth} ms became ${forAll} ms`);
}
