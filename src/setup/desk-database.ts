import { databaseUrl, readDatabaseConfig } from "../config.ts";
import { type Database, openDatabase } from "../database.ts";

/** Opens the desk's database for one piece of work and closes it afterwards. */
export async function withDatabase<Result>(
  env: NodeJS.ProcessEnv,
  work: (db: Database) => Promise<Result>,
): Promise<Result> {
  const url = databaseUrl(readDatabaseConfig(env));
  const db = openDatabase(url, { connections: 2, name: "whisperdesk command" });
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}
