import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { type Cursor, exactMoment } from "../web/paging.ts";
import { type KeyFacts, problemOf } from "./key-facts.ts";
import { maskAddresses } from "./mask-address.ts";

/** A person of whom keys are known, as the list shows them: the address masked. */
export type PersonWithKeys = {
  id: string;
  masked_address: string;
  /** The confirmed key; null: nobody confirmed one. */
  confirmed: { fingerprint: string; problem: string | null; pinned_at: Date } | null;
  /** Keys that came since and nobody has looked at. */
  offered: number;
};

const perPage = 50;

/** Who gave a key or has a confirmed one, the newest first; one statement. */
export async function listPeopleWithKeys(
  db: Database,
  vault: Vault,
  after: Cursor | null,
): Promise<{ people: PersonWithKeys[]; next: Cursor | null }> {
  const query = db("people")
    .join("vault_keys", "vault_keys.id", "people.key_id")
    .leftJoin("pinned_keys as pinned", (join) =>
      join.on("pinned.person_id", "people.id").onNull("pinned.ended_at"),
    )
    .leftJoin("vault_keys as pinned_key", "pinned_key.id", "pinned.key_id")
    .whereRaw(
      `(exists (select from offered_keys where person_id = people.id)
        or exists (select from pinned_keys where person_id = people.id))`,
    )
    .orderBy("people.id", "desc")
    .limit(perPage + 1)
    .select(
      "people.id",
      "people.sealed_address",
      "vault_keys.wrapped_key",
      "pinned.sealed_facts",
      "pinned.pinned_at",
      "pinned_key.wrapped_key as pinned_wrapped_key",
      db.raw("? as moment", [exactMoment(db, "people.created_at")]),
      db.raw(
        `(select count(distinct fingerprint_hash)::int from offered_keys where person_id = people.id
            and refused_at is null and pinned.fingerprint_hash is distinct from fingerprint_hash) as offered`,
      ),
    );
  if (after) query.where("people.id", "<", after.id);
  const rows = await query;
  const last = rows[perPage - 1];
  return {
    people: rows.slice(0, perPage).map((row) => ({
      id: row.id,
      masked_address: maskAddresses(vault.open(row.wrapped_key, "address", row.sealed_address)),
      confirmed: row.sealed_facts && confirmedOf(vault, row),
      offered: row.offered,
    })),
    next: rows.length > perPage && last ? { moment: last.moment, id: last.id } : null,
  };
}

function confirmedOf(
  vault: Vault,
  row: { pinned_wrapped_key: Buffer; sealed_facts: Buffer; pinned_at: Date },
): PersonWithKeys["confirmed"] {
  const facts: KeyFacts = JSON.parse(vault.open(row.pinned_wrapped_key, "key facts", row.sealed_facts));
  return { fingerprint: facts.fingerprint, problem: problemOf(facts), pinned_at: row.pinned_at };
}
