import type { QueryMistake } from "./query.ts";

/** Ends the reading of a search at the first mistake. `suggestion` is a whole search that would be understood. */
export class Mistake extends Error {
  readonly mistake: QueryMistake;

  constructor(message: string, at: number, suggestion: string | null) {
    super(message);
    this.mistake = { message, at, suggestion };
  }
}

/** The same as a value: what was found, or what is wrong with the search. */
export async function orMistake<Value>(
  found: Promise<Value>,
): Promise<{ ok: true; value: Value } | { ok: false; mistake: QueryMistake }> {
  try {
    return { ok: true, value: await found };
  } catch (error) {
    if (error instanceof Mistake) return { ok: false, mistake: error.mistake };
    throw error;
  }
}
