import assert from "node:assert/strict";
import { test } from "node:test";
import { assertLinear, processorTime } from "./processor-time.ts";

test("work that grows with its size passes, also with its logarithm", async () => {
  await assertLinear(2_000_000, (size) => count(size * 10));
  await assertLinear(2_000_000, (size) => count(size * Math.log2(size)));
});

test("what grows with the square of its size is found, with what was measured", async () => {
  const measured = String.raw`[\d.]+ ms became [\d.]+ ms`;

  await assert.rejects(
    assertLinear(10_000, (size) => count(size * size), "a square"),
    new RegExp(`: a square: ${measured}(?:; ${measured}){4}$`),
  );
});

test("a machine that is hit now and then is no square", async () => {
  let whole = 0;
  await assertLinear(1_000_000, (size) => {
    if (size === 1_000_000) whole += 1;
    count(whole < 5 && size === 1_000_000 ? size * 60 : size);
  });

  assert.equal(whole, 5);
});

test("what another thread or a sleep takes is not counted", async () => {
  const took = await processorTime(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200));

  assert.ok(took < 100, `${took} ms`);
});

function count(steps: number): number {
  let sum = 0;
  for (let step = 0; step < steps; step += 1) sum += step % 7;
  return sum;
}
