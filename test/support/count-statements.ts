import assert from "node:assert/strict";
import pg from "pg";

/**
 * The SQL statements that this process sends while the work is done: those of knex and those of the session store. They are
 * noted where they go out, since a connection may have kept the function that takes them in.
 */
export async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const statements: string[] = [];
  const submit: (...args: never[]) => unknown = Reflect.get(pg.Query.prototype, "submit");
  const counting = function (this: { text: string }, ...args: unknown[]) {
    statements.push(this.text);
    return Reflect.apply(submit, this, args);
  };
  Reflect.set(pg.Query.prototype, "submit", counting);
  try {
    await work();
  } finally {
    Reflect.set(pg.Query.prototype, "submit", submit);
  }
  assert.ok(statements.length > 0, "no statement was noted");
  return statements;
}
