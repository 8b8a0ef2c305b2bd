import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { recordEvent } from "./record-event.ts";

/** The whole address that answers of this ticket go to, and a line in its history that says who looked; null: it has none. */
export async function showAddress(
  db: Database,
  vault: Vault,
  ticketId: string,
  staffId: string,
): Promise<string | null> {
  return await db.transaction(async (trx) => {
    const person = await trx("tickets")
      .join("people", "people.id", "tickets.person_id")
      .join("vault_keys", "vault_keys.id", "people.key_id")
      .where("tickets.id", ticketId)
      .first<{ sealed_address: Buffer; wrapped_key: Buffer }>("sealed_address", "wrapped_key");
    if (!person) return null;

    await tellThatAddressWasShown(trx, ticketId, staffId);
    return vault.open(person.wrapped_key, "address", person.sealed_address);
  });
}

/** The line in the history that says who looked at an address of a ticket. */
export async function tellThatAddressWasShown(
  db: Database,
  ticketId: string,
  staffId: string,
): Promise<void> {
  await recordEvent(db, { ticketId, staffId, action: "address_shown" });
}
