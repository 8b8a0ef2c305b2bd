const largest = 9_223_372_036_854_775_807n;

/** Whether this text can be the id of a row (a positive bigint); anything else would be an error of Postgres. */
export function isId(text: unknown): text is string {
  return typeof text === "string" && /^[1-9]\d{0,18}$/.test(text) && BigInt(text) <= largest;
}
