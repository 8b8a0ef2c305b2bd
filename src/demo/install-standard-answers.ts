import { join } from "node:path";
import type { Database } from "../database.ts";
import { importFolder } from "../reply-templates/import-folder.ts";

/** The answers that a help desk of Tails needs from the first day, once: a desk that has any template keeps its own. */
export async function installStandardAnswers(db: Database): Promise<void> {
  if (await db("reply_templates").first("id")) return;
  const imported = await importFolder(db, join(import.meta.dirname, "standard-answers"));
  if (!imported.ok) throw new Error(`The standard answers are wrong: ${JSON.stringify(imported.problems)}`);
}
