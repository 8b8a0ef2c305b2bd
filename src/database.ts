import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import knex, { type Knex } from "knex";
import pg from "pg";
import { type Connection, failAsOne, NotRun } from "./fail-as-one.ts";

/** A pool or a transaction: the first argument of every function that reads or writes rows. */
export type Database = Knex;

// A date without a time is a day on the calendar, not a moment: keep it as it is written.
pg.types.setTypeParser(pg.types.builtins.DATE, (day) => day);

/** Opens a pool of connections to PostgreSQL (15 or newer). `url` may name a socket folder by `?host=`. */
export function openDatabase(url: string, options: { connections?: number; name?: string } = {}): Database {
  const connection: pg.ClientConfig & { pipeline: true } = {
    connectionString: url,
    application_name: options.name ?? "whisperdesk",
    // Statements of one transaction that do not wait for each other go out together.
    pipeline: true,
    // A connection that a dead machine left behind must not hold its locks for hours.
    keepAlive: true,
    // Compiling a statement costs more than the short ones of a page take: 300 ms for one of 3 ms.
    options: "-c jit=off",
    statement_timeout: 60_000,
    idle_in_transaction_session_timeout: 60_000,
  };
  return knex({
    client: "pg",
    connection: connection as Knex.PgConnectionConfig,
    pool: { min: 0, max: options.connections ?? 10, afterCreate: prepareConnection },
    acquireConnectionTimeout: 15_000,
    // What goes wrong is thrown; knex would print it too, beside the structured log and with its message.
    log: { debug: nothing, warn: nothing, error: nothing, deprecate: nothing },
  });
}

function nothing(): void {}

/**
 * Waits for statements that do not wait for each other, and for all that their branches send after them: when one fails
 * nothing of them is under way any more. Throws the first reason that is one; never that a transaction was aborted.
 */
export async function sendTogether<const Parts extends readonly unknown[]>(
  parts: Parts,
): Promise<{ -readonly [Place in keyof Parts]: Awaited<Parts[Place]> }> {
  const reasons: unknown[] = [];
  const values = parts.map(async (part) => {
    try {
      return await part;
    } catch (error) {
      reasons.push(error);
    }
  });
  const answers = await Promise.all(values);
  // One value for each part, at its place.
  if (reasons.length === 0) return answers as { -readonly [Place in keyof Parts]: Awaited<Parts[Place]> };
  const [first] = reasons;
  throw (
    reasons.find((reason) => !(reason instanceof NotRun)) ?? (first instanceof NotRun ? first.cause : first)
  );
}

function prepareConnection(
  connection: Connection,
  done: (error: null, connection: Connection) => void,
): void {
  keepPlans(connection);
  failAsOne(connection);
  done(null, connection);
}

/**
 * PostgreSQL parses and plans a statement once for each connection instead of each time: of the short statements that a
 * mail or a page makes that was a third of the work. Where the values matter PostgreSQL still plans anew by itself.
 */
function keepPlans(connection: Connection): void {
  const query = connection.query.bind(connection);
  connection.query = (asked, finished) => {
    if (typeof asked === "string" || !finished) return query(asked, finished);
    const name = nameOf(asked.text);
    return query(name ? { ...asked, name } : asked, (error, result) => {
      if (error && isSpoiltBy(error)) connection.__knex__disposed ??= error;
      finished(error, result);
    });
  };
}

/**
 * Somebody changed a table: a plan that gives other columns than before stays refused on this connection. Or the server
 * ends it, and has told so before the end comes. Or pg closed a statement whose values it could not write, and takes it
 * for parsed all the same.
 */
function isSpoiltBy(error: Error): boolean {
  return !(error instanceof pg.DatabaseError) || /^(?:0A000|57P0[1-5]|25P0[34])$/.test(error.code ?? "");
}

const names = new Map<string, string>();
// A server holds every plan in memory for each connection; statements with long lists are hardly ever the same again.
const mostNames = 300;
const longestText = 4000;
/** One statement, not several of them. */
const canBePlanned = /^\s*(select|insert|update|delete|with)\s[^;]*$/i;

function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known || names.size >= mostNames || text.length > longestText || !canBePlanned.test(text)) return known;
  const name = createHash("sha256").update(text).digest("base64url");
  names.set(text, name);
  return name;
}

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
      up: async (trx) => {
        // What fills a new table from a large one takes longer than any statement of a page may.
        await trx.raw("set local statement_timeout = 0");
        await trx.raw(sql.replaceAll("?", "\\?"));
      },
      down: () => Promise.reject(new Error("Migrations go forward only; restore a backup instead")),
    };
  }
}
