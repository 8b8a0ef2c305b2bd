import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { isId } from "../web/is-id.ts";
import type { Channel, TicketStatus } from "./ticket.ts";
import type { Priority } from "./ticket-state.ts";

/** A ticket as its page shows it: the row, the names of what it points to, and its subject opened. */
export type Ticket = {
  id: string;
  status: TicketStatus;
  queue_id: string;
  queue_name: string;
  queue_language: string | null;
  language: string | null;
  channel: Channel;
  key_id: string;
  subject: string;
  person_id: string | null;
  /** Nobody is answered before a person chose who: see `answerAddresses`. */
  recipient_open: boolean;
  owner_id: string | null;
  owner_name: string | null;
  whisperback_id: string | null;
  /** The ticket of another report that came first with this id. */
  same_id_as: string | null;
  tails_version: string | null;
  installed_version: string | null;
  model: string | null;
  stick_hash: Buffer | null;
  message_count: number;
  opened_at: Date;
  last_message_at: Date;
  our_turn_since: Date | null;
  closed_at: Date | null;
  closed_by_name: string | null;
  snoozed_until: Date | null;
  /** Who opened the form of an answer, perhaps long ago. */
  writing_by: string | null;
  promise_hours: number;
  priority: Priority;
  last_version_that_worked: string | null;
  workaround: string | null;
  /** The known issue that it waits for, or waited for. */
  issue_url: string | null;
  /** Everything stands on this other ticket. */
  merged_into: string | null;
  /** The ticket of the same person to which it probably belongs, as the desk thought when it was opened. */
  probably_of: string | null;
};

/** The ticket with this id; null when there is none, or when what was asked for is no id. */
export async function findTicket(db: Database, vault: Vault, id: string): Promise<Ticket | null> {
  if (!isId(id)) return null;
  const row = await db("tickets")
    .join("queues", "queues.id", "tickets.queue_id")
    .join("vault_keys", "vault_keys.id", "tickets.key_id")
    .leftJoin("staff as owners", "owners.id", "tickets.owner_id")
    .leftJoin("staff as closers", "closers.id", "tickets.closed_by")
    .where("tickets.id", id)
    .first(
      "tickets.*",
      "vault_keys.wrapped_key",
      "queues.name as queue_name",
      "queues.language as queue_language",
      "queues.promise_hours",
      "owners.name as owner_name",
      "closers.name as closed_by_name",
    );
  if (!row) return null;
  const { wrapped_key, sealed_subject, sealed_workaround, ...ticket } = row;
  return {
    ...ticket,
    subject: vault.open(wrapped_key, "subject", sealed_subject),
    workaround: sealed_workaround && vault.open(wrapped_key, "workaround", sealed_workaround),
  };
}
