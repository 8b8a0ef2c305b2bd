import pg from "pg";

/** What PostgreSQL did not run because a statement before it in its transaction failed: its cause, whose code it has. */
export class NotRun extends Error {
  readonly code: string | undefined;

  constructor(cause: pg.DatabaseError) {
    super("A statement before it in its transaction failed", { cause });
    this.name = "NotRun";
    this.code = cause.code;
  }
}

type Done = (error: Error | null, result?: unknown) => void;
type Query = (query: string | pg.QueryConfig, done?: Done) => unknown;
export type Connection = {
  query: Query;
  getTransactionStatus(): "I" | "T" | "E" | null;
  on(event: "error", listener: (error: Error) => void): unknown;
  __knex__disposed?: unknown;
};

/**
 * Statements go out before those ahead of them are answered, so a transaction fails as one here: what is on its way when
 * a statement fails ends as `NotRun` instead of 25P02 or 26000 ("aborted", or a plan that was therefore never made), and
 * nothing more is sent until the rollback. What cannot be committed is an error, where PostgreSQL rolls back and says so
 * in the name of its answer alone.
 */
export function failAsOne(connection: Connection): void {
  const query = connection.query.bind(connection);
  let transaction: { failure: pg.DatabaseError | null } = { failure: null };
  let lost: Error | null = null;
  connection.on("error", (error) => {
    lost ??= error;
  });

  connection.query = (asked, done) => {
    if (typeof done !== "function") return query(asked, done);
    const own = transaction;
    const text = typeof asked === "string" ? asked : asked.text;
    const step = stepOf(text);
    if (own.failure && !step) return process.nextTick(done, new NotRun(own.failure));
    if (step === "commit" || step === "rollback") transaction = { failure: null };

    return query(asked, (error, result) => {
      const { failure } = own;
      if (!error) {
        own.failure = null;
        const isUndone = step === "commit" && isRollback(result);
        return done(isUndone ? (failure ?? new Error("PostgreSQL could not commit")) : null, result);
      }
      if (lost) {
        // What was open on a connection that is gone is rolled back with it.
        if (step === "rollback" || step === "rollback to") return done(null);
        return done(failure ? new NotRun(failure) : lost);
      }
      // The status is that of the statement before.
      const isFirst = error instanceof pg.DatabaseError && connection.getTransactionStatus() === "T";
      if (isFirst) own.failure = error;
      const reason = failure ? new NotRun(failure) : error;
      if (step !== "release" || !own.failure) return done(reason);
      // The transaction around the savepoint goes on, as after any other error inside of it.
      query(text.replace(/release/i, "rollback to"), (again) => {
        if (!again) own.failure = null;
        done(failure ?? error);
      });
    });
  };
}

type Step = "commit" | "rollback" | "rollback to" | "release";

/** How a transaction or a savepoint ends by this statement, if it does. */
function stepOf(text: string): Step | undefined {
  const [, step] = /^\s*(commit|rollback\s+to|rollback|release)\b/i.exec(text) ?? [];
  return step?.toLowerCase().replace(/\s+/, " ") as Step | undefined;
}

function isRollback(result: unknown): boolean {
  return (
    typeof result === "object" && result !== null && "command" in result && result.command === "ROLLBACK"
  );
}
