import type { Database } from "../database.ts";
import { type Heeded, heedLoneRevocation, heedOwner, holdKeys } from "../people/heed-owner.ts";
import { type NewOffer, offerKey } from "../people/offered-keys.ts";
import { personOfAddress } from "../people/person-of-address.ts";
import { tellHeeded } from "../tickets/tell-heeded.ts";
import type { Vault } from "../vault/vault.ts";
import { askAgainOfSigned } from "./ask-again.ts";
import type { Understood } from "./store-message.ts";

/**
 * Keeps the keys that came with a mail, for a person to look at, and heeds at once what owners say in it against theirs. The
 * key in a report is for whom the report itself names, also when the ticket of the first report names another one.
 */
export async function storeOfferedKeys(
  trx: Database,
  vault: Vault,
  reading: Understood,
  { key, place, readAgain = false }: Pick<NewOffer, "key" | "place" | "readAgain">,
): Promise<void> {
  const { offeredKeys, revocations, report } = reading;
  if (offeredKeys.length === 0 && revocations.length === 0) return;
  const contact = report?.contactAddress;
  const personId = contact ? await personOfAddress(trx, vault, contact) : reading.personId;
  await holdKeys(trx, vault, [
    ...offeredKeys.flatMap(({ fingerprint, facts }) => (facts.takenBack ? [fingerprint] : [])),
    ...revocations.flatMap(({ issuer }) => issuer ?? []),
  ]);
  const heeded: Heeded[] = [];
  for (const { source, also, armored, facts } of offeredKeys) {
    const { copy, heeded: these } = await heedOwner(trx, vault, { armored, facts });
    heeded.push(...these);
    await offerKey(trx, vault, { personId, place, key, source, also, ...copy, readAgain });
  }
  for (const { armored, issuer } of revocations)
    heeded.push(...(await heedLoneRevocation(trx, vault, { armored, issuer, personId })));
  await tellHeeded(trx, heeded, place?.ticketId ?? null);
  await askAgainOfSigned(trx, [...new Set(heeded.map((one) => one.personId))]);
}
