import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { inspect } from "node:util";
import { limit } from "./limits.ts";

/**
 * Looks again and again until there is what is waited for, and gives it back. What is null, undefined or false is not
 * there yet, and so is what fails an assertion of `look`; any other error goes out at once.
 *
 * @param what - what is waited for, for the reader of the failure: "the second mail"
 * @param seconds - of the usual machine, after which it fails and tells what it saw last
 */
export async function eventually<Seen>(
  what: string,
  look: () => Promise<Seen> | Seen,
  seconds = 60,
): Promise<NonNullable<Exclude<Seen, false>>> {
  const until = performance.now() + limit(seconds);
  for (;;) {
    const { seen, told } = await lookOnce(look);
    if (isThere(seen)) return seen;
    if (performance.now() > until)
      assert.fail(`Waited ${seconds} seconds of the usual machine for ${what}. Last seen: ${told}`);
    await pause(20);
  }
}

async function lookOnce<Seen>(
  look: () => Promise<Seen> | Seen,
): Promise<{ seen: Seen | undefined; told: string }> {
  try {
    const seen = await look();
    return { seen, told: inspect(seen) };
  } catch (error) {
    if (!(error instanceof assert.AssertionError)) throw error;
    return { seen: undefined, told: error.message };
  }
}

function isThere<Seen>(seen: Seen): seen is NonNullable<Exclude<Seen, false>> {
  return seen !== null && seen !== undefined && seen !== false;
}
