import type { Database } from "../database.ts";
import { refuseKey, unpinKey } from "../people/unpin-key.ts";
import type { Vault } from "../vault/vault.ts";
import { ticketOfPerson } from "./confirm-key.ts";
import { recordEvent } from "./record-event.ts";

type Ending = { personId: string; keyId: string; staffId: string; reason: string };

/** Takes a confirmed key out of use; the history of a ticket of the person says who did it. False: it was not in use. */
export async function takeKeyOutOfUse(db: Database, vault: Vault, ending: Ending): Promise<boolean> {
  return await db.transaction(async (trx) => {
    const confirmedOn = await unpinKey(trx, vault, ending);
    if (confirmedOn === false) return false;
    await tell(trx, ending, confirmedOn, "key_unpinned");
    return true;
  });
}

/** Refuses an offered key, told in the same way. False: it was not offered for this person, or was refused before. */
export async function refuseOfferedKey(db: Database, vault: Vault, ending: Ending): Promise<boolean> {
  return await db.transaction(async (trx) => {
    const refused = await refuseKey(trx, vault, ending);
    if (!refused) return false;
    await tell(trx, ending, null, "key_refused");
    return true;
  });
}

/** Tells that the whole key, which bears the person's address, was saved by somebody. */
export async function tellThatKeyWasSaved(db: Database, personId: string, staffId: string): Promise<void> {
  await tell(db, { personId, staffId }, null, "key_saved");
}

async function tell(
  trx: Database,
  { personId, staffId }: Pick<Ending, "personId" | "staffId">,
  asked: string | null,
  action: string,
): Promise<void> {
  const ticketId = await ticketOfPerson(trx, personId, asked);
  if (ticketId) await recordEvent(trx, { ticketId, staffId, action });
}
