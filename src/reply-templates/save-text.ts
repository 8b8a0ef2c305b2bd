import type { Database } from "../database.ts";
import { addVersion, lockText } from "./add-version.ts";
import { changeDetails } from "./change-details.ts";
import { cleanBody } from "./clean-body.ts";
import type { Details } from "./template.ts";

export type Saved =
  | { ok: true; changed: boolean }
  | { ok: false; reason: "saved meanwhile" | "name taken" | "unknown source" };

/**
 * Saves the source, or a translation when `madeFrom` is the fingerprint of the source that its writer saw. `seen` is
 * the number of the version that the writer began with (0: there was none): nothing is written over unseen.
 */
export async function saveText(
  db: Database,
  text: {
    templateId: string;
    language: string;
    body: string;
    seen: number;
    details: Details | null;
    madeFrom: string | null;
    staffId: string;
  },
): Promise<Saved> {
  return await db.transaction(async (trx) => {
    const { template, current } = await lockText(trx, text.templateId, text.language);
    if ((current?.number ?? 0) !== text.seen) return { ok: false, reason: "saved meanwhile" };

    const body = cleanBody(text.body);
    const isSource = text.language === template.source_language;
    const details = isSource ? text.details : null;
    const madeFrom = isSource ? null : text.madeFrom;
    if (isSource && !details) throw new Error("A source is saved with its name");
    if (!isSource && !(await wasSource(trx, text.templateId, template.source_language, madeFrom))) {
      return { ok: false, reason: "unknown source" };
    }
    const same = current?.body === body && current.made_from === madeFrom;
    if (same && (!details || sameDetails(details, template))) return { ok: true, changed: false };

    if (details && !(await changeDetails(trx, text.templateId, details)))
      return { ok: false, reason: "name taken" };
    await addVersion(trx, {
      templateId: text.templateId,
      language: text.language,
      // Saving a text again as it is says that it still fits.
      how: !isSource && current?.body === body ? "confirmed" : "written",
      details,
      body,
      madeFrom,
      staffId: text.staffId,
    });
    return { ok: true, changed: true };
  });
}

/** Says that a translation fits the source with this fingerprint, as it stands. */
export async function confirmTranslation(
  db: Database,
  asked: { templateId: string; language: string; seen: number; madeFrom: string; staffId: string },
): Promise<"confirmed" | "fits already" | "changed"> {
  return await db.transaction(async (trx) => {
    const { template, current } = await lockText(trx, asked.templateId, asked.language);
    const source = await lockText(trx, asked.templateId, template.source_language);
    const stale = current?.number !== asked.seen || source.current?.fingerprint !== asked.madeFrom;
    if (!current || stale || current.made_from === null) return "changed";
    if (current.made_from === asked.madeFrom) return "fits already";

    await addVersion(trx, { ...asked, how: "confirmed", details: null, body: current.body });
    return "confirmed";
  });
}

async function wasSource(trx: Database, templateId: string, language: string, fingerprint: string | null) {
  if (!fingerprint) return false;
  return await trx("reply_template_versions")
    .where({ template_id: templateId, language, fingerprint })
    .first("id");
}

export function sameDetails(one: Details, other: Details): boolean {
  return one.name === other.name && one.category === other.category && one.tags.join() === other.tags.join();
}
