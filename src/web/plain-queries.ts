import type pg from "pg";
import type { Database } from "../database.ts";

type PlainQuery = string | { text: string; values?: unknown[] };

/**
 * The `query` of a pg pool over our own pool, for libraries that bring their SQL (sessions, rate limits): no second
 * pool to size and to close. Prepared statements are not named, so that a pooler may stand between.
 */
export function plainQueries(db: Database): pg.Pool {
  const query = async (query: PlainQuery, values?: unknown[]) => {
    const connection: pg.Client = await db.client.acquireConnection();
    try {
      return typeof query === "string"
        ? await connection.query(query, values)
        : await connection.query(query.text, query.values);
    } finally {
      await db.client.releaseConnection(connection);
    }
  };
  // The libraries use nothing else of the pool; its type has many more methods.
  return { query } as unknown as pg.Pool;
}
