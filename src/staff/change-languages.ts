import type { Database } from "../database.ts";

/** The languages that somebody answers in; their queues come first. */
export async function changeLanguages(db: Database, staffId: string, languages: string[]): Promise<boolean> {
  return (await db("staff").where({ id: staffId }).update({ languages })) > 0;
}

/** The languages to choose from: those of the queues. */
export async function offeredLanguages(db: Database): Promise<string[]> {
  return await db("queues").whereNotNull("language").orderBy("position").pluck<string[]>("language");
}
