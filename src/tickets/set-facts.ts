import type { Database } from "../database.ts";
import { indexWorkaround } from "../search/index-workaround.ts";
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

/** What helped this person, findable from now on; null or empty: nothing is known. False: it was written there already. */
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
    if (changed.length === 1) await indexWorkaround(trx, vault, ticketId);
    return changed.length === 1;
  });
}

/** Which versions were the last that worked, the most frequent first; at most 50, and a count stops at 1,001. */
export async function countLastVersions(db: Database): Promise<{ version: string; tickets: number }[]> {
  // From one version to the next by the index, however many tickets have each: of 1,000 versions at most.
  const result = await db.raw<{ rows: { version: string; tickets: number }[] }>(
    `with recursive versions as (
       (select last_version_that_worked as version, 1 as place from tickets
        where last_version_that_worked is not null order by last_version_that_worked limit 1)
       union all
       select (select last_version_that_worked from tickets where last_version_that_worked > versions.version
               order by last_version_that_worked limit 1), place + 1
       from versions where version is not null and place < 1000)
     select version, (select count(*) from (
         select from tickets where last_version_that_worked = version limit 1001) bounded)::int as tickets
     from versions where version is not null order by tickets desc, version limit 50`,
  );
  return result.rows;
}

/** How many tickets tell a workaround; stops at 1,001. */
export async function countWorkarounds(db: Database): Promise<number> {
  const bounded = db("tickets").whereNotNull("sealed_workaround").limit(1001).select(db.raw("1"));
  const row = await db.from(bounded.as("bounded")).count("* as count").first<{ count: string }>();
  return Number(row?.count);
}
