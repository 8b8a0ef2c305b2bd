import assert from "node:assert/strict";
import { test } from "node:test";
import { assertLinear } from "./processor-time.ts";

test("work that grows with its size passes, and what grows with the square of it is found", async () => {
  const count = (steps: number) => {
    let sum = 0;
    for (let step = 0; step < steps; step += 1) sum += step % 7;
    return sum;
  };

  await assertLinear(2_000_000, (size) => count(size * 10));
  await assert.rejects(
    assertLinear(20_000, (size) => count(size * size)),
    /ms became/,
  );
});
