import type { Database } from "../database.ts";
import { addVersion, lockText } from "./add-version.ts";
import { changeDetails } from "./change-details.ts";
import { problemsOf } from "./fill-template.ts";
import type { Version } from "./history.ts";

/**
 * Makes the text of an old version the one that counts, as a new version; a source brings its name, category and tags.
 * A restored translation is as old as its source was then. `seen` is the version that counts as the page showed it.
 */
export async function restoreVersion(
  db: Database,
  version: Version,
  { seen, staffId }: { seen: number; staffId: string },
): Promise<"restored" | "same already" | "changed" | "name taken" | "unknown placeholder"> {
  return await db.transaction(async (trx) => {
    const { current } = await lockText(trx, version.template_id, version.language);
    if (!current || current.number !== seen) return "changed";
    if (current.number === version.number) return "same already";
    if (problemsOf(version.body).length > 0) return "unknown placeholder";

    const { name, category, tags } = version;
    const details = name !== null && category !== null && tags !== null ? { name, category, tags } : null;
    if (details && !(await changeDetails(trx, version.template_id, details))) return "name taken";
    await addVersion(trx, {
      templateId: version.template_id,
      language: version.language,
      how: "restored",
      restoredFrom: version.number,
      details,
      body: version.body,
      madeFrom: version.made_from,
      staffId,
    });
    return "restored";
  });
}
