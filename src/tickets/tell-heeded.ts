import type { Database } from "../database.ts";
import type { Heeded } from "../people/heed-owner.ts";
import { ticketOfPerson } from "./confirm-key.ts";
import { recordEvent } from "./record-event.ts";

/**
 * Tells in the history that owners said something against their confirmed keys: on the ticket where that came when it is
 * theirs, else on their newest one.
 */
export async function tellHeeded(trx: Database, heeded: Heeded[], ticketId: string | null): Promise<void> {
  for (const { personId, what } of heeded) {
    const told = await ticketOfPerson(trx, personId, ticketId);
    if (told) await recordEvent(trx, { ticketId: told, action: "key_ended_by_owner", detail: { what } });
  }
}
