import type { Database } from "../database.ts";
import { pinKey } from "../people/pin-key.ts";
import type { Vault } from "../vault/vault.ts";
import { isId } from "../web/is-id.ts";
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

/**
 * The same from the pages of keys, told on the ticket from which one came, or on the person's newest. False: the key is
 * not offered for this person.
 */
export async function confirmKeyOfPerson(
  db: Database,
  vault: Vault,
  confirmation: {
    personId: string;
    offeredId: string;
    staffId: string;
    ticketId: string | null;
    compared: boolean;
  },
): Promise<boolean> {
  if (!isId(confirmation.personId)) return false;
  return await db.transaction(async (trx) => {
    const ticketId = await ticketOfPerson(trx, confirmation.personId, confirmation.ticketId);
    if (ticketId) return await confirmKey(trx, vault, { ...confirmation, ticketId });
    return await pinKey(trx, vault, { ...confirmation, ticketId: null });
  });
}

/** The asked ticket when this person is answered on it, else the newest one of theirs; null: they have none. */
export async function ticketOfPerson(
  trx: Database,
  personId: string,
  asked: string | null,
): Promise<string | null> {
  const ticket = await trx("tickets")
    .where({ person_id: personId })
    .orderByRaw("(id = ?) desc, (merged_into is null) desc, id desc", [asked ?? "0"])
    .first<{ id: string }>("id");
  return ticket?.id ?? null;
}
