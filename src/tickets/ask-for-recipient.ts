import type { Database } from "../database.ts";
import { changeTickets } from "./change-tickets.ts";

/**
 * Holds the answers of a ticket back until a person chose who they go to, since a mail of its person asks for them at
 * another address: once for each such wish, and never where they go already. One statement.
 */
export async function askForRecipient(
  trx: Database,
  ticketId: string,
  wish: { personId: string | null; replyToHash: Buffer; addressHashes: Buffer[] },
): Promise<void> {
  await changeTickets(trx, [ticketId], {
    staffId: null,
    action: "recipient_asked",
    set: { recipient_open: true },
    onlyIf: trx.raw(
      `(tickets.person_id = :personId or exists (
          select from messages where ticket_id = tickets.id and messages.person_id = :personId
            and not marks && array['another address', 'author not proven']))
       and not exists (select from messages where ticket_id = tickets.id and reply_to_hash = :replyToHash)
       and not exists (select from people where people.id = tickets.person_id and address_hash = any(:addressHashes))`,
      wish,
    ),
  });
}
