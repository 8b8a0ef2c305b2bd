import type { Database } from "../database.ts";
import { personOfAddress } from "../people/person-of-address.ts";
import type { Vault } from "../vault/vault.ts";
import { changeTickets } from "./change-tickets.ts";
import { addNote } from "./note.ts";

/**
 * Makes somebody else the person of a ticket, to whom its answers go from now on, with a note that says why; keys stay
 * with whom they came from, and how answers leave follows the new address. False: they were that already, or it was merged.
 */
export async function changePerson(
  db: Database,
  vault: Vault,
  change: { ticketId: string; staffId: string; address: string; reason: string },
): Promise<boolean> {
  const { ticketId, staffId, reason } = change;
  return await db.transaction(async (trx) => {
    if (!(await setPerson(trx, vault, { ...change, action: "person_changed" }))) return false;
    await addNote(trx, vault, { ticketId, staffId, text: reason });
    return true;
  });
}

/** Decides a question that held the answers of a ticket back: they go to this address. False: it was decided before. */
export async function chooseRecipient(
  db: Database,
  vault: Vault,
  choice: { ticketId: string; staffId: string; address: string; place: string },
): Promise<boolean> {
  return await db.transaction(async (trx) => {
    const detail = { place: choice.place };
    const onlyIf = trx.raw("recipient_open");
    return await setPerson(trx, vault, { ...choice, action: "recipient_chosen", detail, onlyIf });
  });
}

type Setting = { ticketId: string; staffId: string; address: string } & Pick<
  Parameters<typeof changeTickets>[2],
  "action" | "detail" | "onlyIf"
>;

async function setPerson(trx: Database, vault: Vault, setting: Setting): Promise<boolean> {
  const { address, ticketId, ...change } = setting;
  const personId = await personOfAddress(trx, vault, address);
  const set = {
    person_id: personId,
    person_proven: trx.raw("before.person_proven and before.person_id = ?", [personId]),
    recipient_open: false,
  };
  return (await changeTickets(trx, [ticketId], { ...change, set })).length === 1;
}
