import { type Database, sendTogether } from "../database.ts";
import { listStaff } from "../staff/staff.ts";
import { listQueues } from "../tickets/queues.ts";
import type { Vault } from "../vault/vault.ts";
import { searchesOf } from "./ask-searches.ts";
import { brokenSearches } from "./broken-searches.ts";
import type { SortingRule } from "./rule.ts";
import { type TriedTicket, tryRules } from "./try-rules.ts";

/** What rules would have done with the last mails, in names, for a page. */
export type Trial = {
  mails: number;
  fitting: (TriedTicket & { to_queue: string | null; to_owner: string | null; elsewhere: boolean })[];
  elsewhere: number;
  /** Searches look at tickets as they are now, which may be otherwise than when the mail came. */
  has_searches: boolean;
  /** Rules that fit nothing because a search of theirs cannot be asked. */
  broken: { name: string; message: string }[];
};

/** Tries rules on the last 200 mails that opened a ticket. Nothing is changed. */
export async function showTrial(db: Database, vault: Vault, rules: SortingRule[]): Promise<Trial> {
  const [tried, brokenIn, queues, staff] = await sendTogether([
    tryRules(db, vault, rules),
    brokenSearches(db, vault, rules),
    listQueues(db),
    listStaff(db),
  ]);
  const fitting = tried
    .filter((ticket) => ticket.rules.length > 0)
    .map((ticket) => {
      const { queueId, ownerId } = ticket.wanted;
      return {
        ...ticket,
        to_queue: queues.find(({ id }) => id === queueId)?.name ?? null,
        to_owner: staff.find(({ id }) => id === ownerId)?.name ?? null,
        elsewhere: queueId !== null && queueId !== ticket.queue_id,
      };
    });
  return {
    mails: tried.length,
    fitting,
    elsewhere: fitting.filter(({ elsewhere }) => elsewhere).length,
    has_searches: searchesOf(rules).size > 0,
    broken: rules.flatMap((rule) =>
      brokenIn(rule).map(({ mistake }) => ({ name: rule.name, message: mistake.message })),
    ),
  };
}
