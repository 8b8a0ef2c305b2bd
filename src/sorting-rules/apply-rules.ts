import type { Database } from "../database.ts";
import { changeTickets } from "../tickets/change-tickets.ts";
import { addTag } from "../tickets/tag.ts";
import type { Vault } from "../vault/vault.ts";
import { askSearches, fitsBy } from "./ask-searches.ts";
import { fittingRules, wantedBy } from "./decide.ts";
import type { SortingFacts } from "./rule.ts";
import type { StoredRule } from "./rules.ts";

/**
 * Sorts a ticket that was opened in this transaction, once its first message is indexed. Where somebody put this person
 * by hand counts more than a rule's queue. No statement when no rule fits and none has a search.
 */
export async function applyRules(
  trx: Database,
  vault: Vault,
  all: StoredRule[],
  ticketId: string,
  facts: SortingFacts,
): Promise<void> {
  if (all.length === 0) return;
  const answers = await askSearches(trx, vault, all, [ticketId]);
  const rules = fittingRules(all, facts, fitsBy(answers, ticketId));
  if (rules.length === 0) return;
  const { queueId, tags, priority, ownerId } = wantedBy(rules);
  await changeTickets(trx, [ticketId], {
    staffId: null,
    action: "sorted",
    set: {
      queue_id: trx.raw(
        `case when exists (select from people where id = before.person_id and queue_id is not null)
           then before.queue_id else coalesce(?, before.queue_id) end`,
        [queueId],
      ),
      priority: trx.raw("coalesce(?, before.priority)", [priority]),
      owner_id: trx.raw(
        "coalesce(before.owner_id, (select id from staff where id = ? and disabled_at is null))",
        [ownerId],
      ),
    },
    tells: "queue",
    detail: { rules: rules.map(({ id }) => id).join(", ") },
  });
  for (const { id, name } of tags) if (id) await addTag(trx, [ticketId], null, { id, name });
}
