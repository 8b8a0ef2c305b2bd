import type { Socket } from "node:net";
import pg from "pg";

/** Fails one statement of those that go to a port: the n-th is replaced by another one, which the server refuses. */
export type FailStatement = {
  /** Counts from one again; what was replaced since then is `struck`, null when there were fewer statements. */
  at(nth: number, sql: string): void;
  struck(): string | null;
  stop(): void;
};

type Replaced = { text: string; name?: string | undefined; values?: unknown[] | undefined };

/** Statements are replaced where they go out: pg and the server take what stands instead for what was asked. */
export function failStatements(port: number): FailStatement {
  const submit: (...args: never[]) => unknown = Reflect.get(pg.Query.prototype, "submit");
  let [left, sql] = [0, ""];
  let struck: string | null = null;
  const failing = function (this: Replaced, connection: { stream: Socket }) {
    const isCounted = connection.stream.remotePort === port && !/^select version\(\)/.test(this.text);
    if (isCounted && left > 0) {
      left -= 1;
      if (left === 0) {
        struck = this.text;
        // A commit that is refused ends its transaction.
        this.text = /^commit/i.test(this.text) ? `rollback; ${sql}` : sql;
        this.name = undefined;
        this.values = undefined;
      }
    }
    return Reflect.apply(submit, this, [connection]);
  };
  Reflect.set(pg.Query.prototype, "submit", failing);
  return {
    at(nth, replacement) {
      [left, sql, struck] = [nth, replacement, null];
    },
    struck: () => struck,
    stop() {
      Reflect.set(pg.Query.prototype, "submit", submit);
    },
  };
}
