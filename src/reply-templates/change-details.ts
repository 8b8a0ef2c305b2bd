import type { Database } from "../database.ts";
import type { Details } from "./template.ts";

/** Gives a template its name, category and tags; false when another one has the name, retired ones included. */
export async function changeDetails(trx: Database, id: string, details: Details): Promise<boolean> {
  // Two who take one name at once come one after the other here; the index would answer the second with an error.
  await trx.raw("select pg_advisory_xact_lock(hashtext('reply_templates.name'))");
  const taken = await trx("reply_templates")
    .whereRaw("lower(name) = lower(?)", [details.name])
    .whereNot({ id })
    .first("id");
  if (taken) return false;
  await trx("reply_templates")
    .where({ id })
    .update({ ...details });
  return true;
}
