import type { Database } from "../database.ts";
import { pinKey } from "../people/pin-key.ts";
import type { Vault } from "../vault/vault.ts";
import { recordEvent } from "./record-event.ts";

/**
 * A staff member says that an offered key is the one of the person whom this ticket answers: it is used from now on, and
 * the ticket's history says who did it. False: the key is not offered for this person.
 */
export async function confirmKey(
  trx: Database,
  vault: Vault,
  confirmation: { ticketId: string; staffId: string; offeredId: string; compared: boolean },
): Promise<boolean> {
  const { ticketId, staffId, offeredId, compared } = confirmation;
  const ticket = await trx("tickets")
    .where({ id: ticketId })
    .first<{ person_id: string | null }>("person_id");
  if (!ticket?.person_id) return false;
  const pinned = await pinKey(trx, vault, {
    personId: ticket.person_id,
    offeredId,
    staffId,
    ticketId,
    compared,
  });
  if (pinned)
    await recordEvent(trx, { ticketId, staffId, action: compared ? "key_compared" : "key_confirmed" });
  return pinned;
}
