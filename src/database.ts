import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import knex, { type Knex } from "knex";
import pg from "pg";

/** A pool or a transaction: the first argument of every function that reads or writes rows. */
export type Database = Knex;

// A date without a time is a day on the calendar, not a moment: keep it as it is written.
pg.types.setTypeParser(pg.types.builtins.DATE, (day) => day);

/** Opens a pool of connections to PostgreSQL (15 or newer). `url` may name a socket folder by `?host=`. */
export function openDatabase(url: string, options: { connections?: number; name?: string } = {}): Database {
  return knex({
    client: "pg",
    connection: {
      connectionString: url,
      application_name: options.name ?? "whisperdesk",
      // A connection that a dead machine left behind must not hold its locks for hours.
      keepAlive: true,
      // Compiling a statement costs more than the short ones of a page take: 300 ms for one of 3 ms.
      options: "-c jit=off",
      statement_timeout: 60_000,
      idle_in_transaction_session_timeout: 60_000,
    },
    pool: { min: 0, max: options.connections ?? 10 },
    acquireConnectionTimeout: 15_000,
    // What goes wrong is thrown; knex would print it too, beside the structured log and with its message.
    log: { debug: nothing, warn: nothing, error: nothing, deprecate: nothing },
  });
}

function nothing(): void {}

/** Brings the tables up to date. Safe to repeat and to run on several machines at once. */
export async function migrate(db: Database): Promise<void> {
  await db.migrate.latest({ migrationSource: new SqlMigrations(), tableName: "migrations" });
}

/** The names of the migrations that this program knows and the database has not run yet. */
export async function pendingMigrations(db: Database): Promise<string[]> {
  const [, pending] = await db.migrate.list({
    migrationSource: new SqlMigrations(),
    tableName: "migrations",
  });
  return pending;
}

const folder = join(import.meta.dirname, "../migrations");

class SqlMigrations implements Knex.MigrationSource<string> {
  async getMigrations(): Promise<string[]> {
    const files = await readdir(folder);
    return files.filter((file) => /^\d{14}_.*\.sql$/.test(file)).sort();
  }

  getMigrationName(file: string): string {
    return file;
  }

  async getMigration(file: string): Promise<Knex.Migration> {
    const sql = await readFile(join(folder, file), "utf8");
    return {
      // knex takes a bare "?" for a placeholder, and jsonb operators are full of them.
      up: (trx) => trx.raw(sql.replaceAll("?", "\\?")),
      down: () => Promise.reject(new Error("Migrations go forward only; restore a backup instead")),
    };
  }
}
