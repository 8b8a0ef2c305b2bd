import type { Database } from "../database.ts";
import { tagNamed } from "../tickets/tag.ts";
import { addSealingKey } from "../vault/sealing-keys.ts";
import type { Vault } from "../vault/vault.ts";
import { isId } from "../web/is-id.ts";
import { followQueues, type KeptCondition, noteQueues } from "./follow-queues.ts";
import type { SortingRule } from "./rule.ts";

/** A rule with what a page shows beside it. */
export type StoredRule = SortingRule & {
  id: string;
  tagId: string | null;
  queue_name: string | null;
  owner_name: string | null;
  changed_by_name: string | null;
  changed_at: Date;
};

/** All rules in the order in which they are asked, opened. One statement, and another when a search names a queue. */
export async function listRules(db: Database, vault: Vault): Promise<StoredRule[]> {
  const rows = await db("sorting_rules")
    .join("vault_keys", "vault_keys.id", "sorting_rules.key_id")
    .leftJoin("queues", "queues.id", "sorting_rules.queue_id")
    .leftJoin("tags", "tags.id", "sorting_rules.tag_id")
    .leftJoin("staff as owners", "owners.id", "sorting_rules.owner_id")
    .leftJoin("staff as changers", "changers.id", "sorting_rules.changed_by")
    .orderBy(["sorting_rules.position", "sorting_rules.id"])
    .select(
      "sorting_rules.*",
      "wrapped_key",
      "queues.name as queue_name",
      "tags.name as tag_name",
      "owners.name as owner_name",
      "changers.name as changed_by_name",
    );
  const rules = rows.map((row) => ({
    ...openRule(vault, row),
    id: row.id,
    queueId: row.queue_id,
    tag: row.tag_name,
    tagId: row.tag_id,
    priority: row.priority,
    ownerId: row.owner_id,
    stops: row.stops,
    queue_name: row.queue_name,
    owner_name: row.owner_name,
    changed_by_name: row.changed_by_name,
    changed_at: row.changed_at,
  }));
  return await followQueues(db, rules);
}

function openRule(vault: Vault, row: { wrapped_key: Buffer; sealed_rule: Buffer }) {
  const sealed: Pick<SortingRule, "name" | "match"> & { conditions: KeptCondition[] } = JSON.parse(
    vault.open(row.wrapped_key, "sorting rule", row.sealed_rule),
  );
  return sealed;
}

/** The rule with this id; null when there is none. */
export async function findRule(db: Database, vault: Vault, id: string): Promise<StoredRule | null> {
  return (await listRules(db, vault)).find((rule) => rule.id === id) ?? null;
}

/** Adds a rule at the end (id null) or changes one, and returns its id; null: there is no such rule, queue or person. */
export async function saveRule(
  db: Database,
  vault: Vault,
  id: string | null,
  rule: SortingRule,
  staffId: string,
): Promise<string | null> {
  if (id !== null && !isId(id)) return null;
  return await db.transaction(async (trx) => {
    if (rule.queueId && !(await trx("queues").where({ id: rule.queueId }).first("id"))) return null;
    const owner = trx("staff").where({ id: rule.ownerId }).whereNull("disabled_at");
    if (rule.ownerId && !(await owner.first("id"))) return null;

    const key = await addSealingKey(trx, vault);
    const { name, match } = rule;
    const conditions = await noteQueues(trx, rule.conditions);
    const row = {
      key_id: key.id,
      sealed_rule: vault.seal(key.wrapped_key, "sorting rule", JSON.stringify({ name, match, conditions })),
      queue_id: rule.queueId,
      tag_id: rule.tag ? (await tagNamed(trx, rule.tag, staffId)).id : null,
      priority: rule.priority,
      owner_id: rule.ownerId,
      stops: rule.stops,
      changed_by: staffId,
      changed_at: trx.fn.now(),
    };
    const last = trx.raw("(select coalesce(max(position), 0) + 1 from sorting_rules)");
    const written = id
      ? await trx("sorting_rules").where({ id }).update(row).returning<{ id: string }[]>("id")
      : await trx("sorting_rules")
          .insert({ ...row, position: last })
          .returning<{ id: string }[]>("id");
    return written[0]?.id ?? null;
  });
}

/** Takes a rule away. What it sorted stays where it is. */
export async function removeRule(db: Database, id: string): Promise<boolean> {
  if (!isId(id)) return false;
  return (await db("sorting_rules").where({ id }).delete()) === 1;
}

/** Puts all rules in this order. False, and nothing changed, when these are not exactly the rules that there are. */
export async function orderRules(db: Database, ids: string[]): Promise<boolean> {
  return await db.transaction(async (trx) => {
    const rules: { id: string }[] = await trx("sorting_rules").orderBy("id").forUpdate().select("id");
    const known = new Set(rules.map(({ id }) => id));
    if (ids.length !== known.size || new Set(ids).size !== ids.length || !ids.every((id) => known.has(id))) {
      return false;
    }
    await trx.raw(
      `update sorting_rules set position = ordered.place
       from unnest(?::bigint[]) with ordinality ordered (id, place) where sorting_rules.id = ordered.id`,
      [`{${ids.join(",")}}`],
    );
    return true;
  });
}
