import type { QueryMistake } from "./query.ts";

/** Ends the reading of a search at the first mistake. `suggestion` is a whole search that would be understood. */
export class Mistake extends Error {
  readonly mistake: QueryMistake;

  constructor(message: string, at: number, suggestion: string | null) {
    super(message);
    this.mistake = { message, at, suggestion };
  }
}
