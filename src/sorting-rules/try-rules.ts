import type { Database } from "../database.ts";
import type { MessageContent } from "../tickets/ticket.ts";
import type { Vault } from "../vault/vault.ts";
import { askSearches, fitsBy } from "./ask-searches.ts";
import { fittingRules, type Wanted, wantedBy } from "./decide.ts";
import type { SortingFacts, SortingRule } from "./rule.ts";

const most = 200;

/** Where one of the last mails would have gone. */
export type TriedTicket = {
  ticket_id: string;
  subject: string;
  opened_at: Date;
  /** Where it is now. */
  queue_id: string;
  queue_name: string;
  /** Names of the rules that fit, in order; none: it would go where its language says. */
  rules: string[];
  wanted: Wanted;
};

/**
 * Tries rules on the last 200 mails that opened a ticket, newest first. Searches look at the tickets as they are now.
 * Nothing is changed.
 */
export async function tryRules(db: Database, vault: Vault, rules: SortingRule[]): Promise<TriedTicket[]> {
  const result = await db.raw<{ rows: Row[] }>(
    `select tickets.*, queues.name as queue_name, ticket_keys.wrapped_key as ticket_key,
       first.sealed_content, first.wrapped_key as message_key, people.sealed_address, people_keys.wrapped_key as person_key
     from (select * from tickets where channel in ('whisperback', 'mail') order by id desc limit ?) tickets
     join queues on queues.id = tickets.queue_id
     join vault_keys ticket_keys on ticket_keys.id = tickets.key_id
     left join people on people.id = tickets.person_id
     left join vault_keys people_keys on people_keys.id = people.key_id
     cross join lateral (
       select sealed_content, wrapped_key from messages join vault_keys on vault_keys.id = messages.key_id
       where ticket_id = tickets.id and kind = 'from_user' order by messages.id limit 1) first
     order by tickets.id desc`,
    [most],
  );
  const ids = result.rows.map(({ id }) => id);
  const answers = await askSearches(db, vault, rules, ids);
  return result.rows.map((row) => {
    const fitting = fittingRules(rules, factsOf(vault, row), fitsBy(answers, row.id));
    return {
      ticket_id: row.id,
      subject: vault.open(row.ticket_key, "subject", row.sealed_subject),
      opened_at: row.opened_at,
      queue_id: row.queue_id,
      queue_name: row.queue_name,
      rules: fitting.map(({ name }) => name),
      wanted: wantedBy(fitting),
    };
  });
}

type Row = {
  id: string;
  queue_id: string;
  queue_name: string;
  opened_at: Date;
  language: string | null;
  channel: string;
  tails_version: string | null;
  model: string | null;
  sealed_subject: Buffer;
  ticket_key: Buffer;
  sealed_content: Buffer;
  message_key: Buffer;
  sealed_address: Buffer | null;
  person_key: Buffer | null;
};

function factsOf(vault: Vault, row: Row): SortingFacts {
  const content: MessageContent = JSON.parse(vault.open(row.message_key, "message", row.sealed_content));
  const { sealed_address, person_key } = row;
  const address = sealed_address && person_key && vault.open(person_key, "address", sealed_address);
  return {
    from: content.from?.address ?? address,
    subject: content.subject ?? null,
    text: content.text,
    tails_version: row.tails_version,
    model: row.model,
    language: row.language,
    channel: row.channel,
    list_id: content.listId ?? null,
  };
}
