import pg from "pg";

/** The SQL statements that this process sends while the work is done: those of knex and those of the session store. */
export async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const statements: string[] = [];
  const query: (...args: never[]) => unknown = Reflect.get(pg.Client.prototype, "query");
  const counting = function (this: pg.Client, ...args: unknown[]) {
    const [first] = args;
    statements.push(typeof first === "string" ? first : String((first as { text?: string }).text));
    return Reflect.apply(query, this, args);
  };
  Reflect.set(pg.Client.prototype, "query", counting);
  try {
    await work();
  } finally {
    Reflect.set(pg.Client.prototype, "query", query);
  }
  return statements;
}
