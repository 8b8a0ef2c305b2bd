import type { Database } from "../database.ts";
import { findSealingKey } from "../vault/sealing-keys.ts";
import type { Vault } from "../vault/vault.ts";
import { changeTickets, lockTickets } from "./change-tickets.ts";
import type { Priority } from "./ticket-state.ts";

/** How much this ticket presses. False: it was so already. */
export async function setPriority(
  db: Database,
  ticketId: string,
  staffId: string,
  priority: Priority,
): Promise<boolean> {
  return await db.transaction(async (trx) => {
    const set = { priority };
    const changed = await changeTickets(trx, [ticketId], {
      staffId,
      action: "priority_set",
      set,
      tells: "priority",
    });
    return changed.length === 1;
  });
}

/** The last version of Tails that worked on this machine, as a line of 40 characters at most; null: not known. */
export async function setLastVersion(
  db: Database,
  ticketId: string,
  staffId: string,
  version: string | null,
): Promise<boolean> {
  return await db.transaction(async (trx) => {
    const changed = await changeTickets(trx, [ticketId], {
      staffId,
      action: "last_version_set",
      set: { last_version_that_worked: version?.trim() || null },
      tells: "version",
    });
    return changed.length === 1;
  });
}

/** What helped this person; null or empty: nothing is known. False: it was written there already. */
export async function setWorkaround(
  db: Database,
  vault: Vault,
  ticketId: string,
  staffId: string,
  text: string | null,
): Promise<boolean> {
  return await db.transaction(async (trx) => {
    await lockTickets(trx, [ticketId]);
    const ticket = await trx("tickets").where({ id: ticketId }).first("key_id", "sealed_workaround");
    if (!ticket) return false;
    const { wrapped_key } = await findSealingKey(trx, ticket.key_id);
    const known = ticket.sealed_workaround && vault.open(wrapped_key, "workaround", ticket.sealed_workaround);
    const wanted = text?.trim() || null;
    // The same words sealed twice are different bytes.
    if (known === wanted) return false;

    const set = { sealed_workaround: wanted && vault.seal(wrapped_key, "workaround", wanted) };
    const changed = await changeTickets(trx, [ticketId], { staffId, action: "workaround_set", set });
    return changed.length === 1;
  });
}

/** Which versions were the last that worked, the most frequent first; at most 50. */
export async function countLastVersions(db: Database): Promise<{ version: string; tickets: number }[]> {
  return await db("tickets")
    .whereNotNull("last_version_that_worked")
    .groupBy("last_version_that_worked")
    .orderBy([{ column: "tickets", order: "desc" }, { column: "version" }])
    .limit(50)
    .select("last_version_that_worked as version", db.raw("count(*)::int as tickets"));
}
