import type { Database } from "../database.ts";
import { ticketOfReference } from "../outbox/find-sent.ts";
import { personOfAddress, rememberCryptography } from "../people/person-of-address.ts";
import type { Vault } from "../vault/vault.ts";

/**
 * Leaves behind what an opened mail would have, as far as later automatic answers could tell of it: its sender is known for
 * OpenPGP or S/MIME, and where it would have opened a ticket, a number is used up.
 */
export async function actAsIfOpened(
  trx: Database,
  vault: Vault,
  { from, references }: { from: string | null; references: string[] },
): Promise<void> {
  if (from) await rememberCryptography(trx, await personOfAddress(trx, vault, from));
  if (await ticketOfReference(trx, vault, references)) return;
  await trx.raw("select nextval(pg_get_serial_sequence('tickets', 'id'))");
}
