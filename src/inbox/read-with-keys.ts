import type { Database } from "../database.ts";
import { restrictKey } from "../openpgp/restrict-key.ts";
import { keysOfAddress } from "../people/keys-of-address.ts";
import type { Vault } from "../vault/vault.ts";
import type { MailReaders } from "./mail-readers.ts";
import type { MailReading } from "./mail-reading.ts";

/**
 * Who wrote is known when it was read: what is signed is read again with the keys that were confirmed for that address.
 * `chosen` is a charset that a person chose for its words.
 */
export async function readWithKeys(
  db: Database,
  vault: Vault,
  readers: Pick<MailReaders, "read">,
  raw: Buffer,
  chosen?: string,
): Promise<MailReading> {
  const reading = await readers.read(raw, undefined, chosen);
  if (!reading.ok || reading.crypto.signature === "no" || !reading.from) return reading;
  const known = await keysOfAddress(db, vault, reading.from.address);
  if (known.length === 0) return reading;
  const confirmed: typeof known = [];
  for (const key of known) confirmed.push({ ...key, armored: await withWordAgainst(key.armored, reading) });
  return await readers.read(raw, confirmed, chosen);
}

/** A mail may take back the very key that signed it. */
async function withWordAgainst(
  armored: string,
  { offeredKeys, revocations }: Extract<MailReading, { ok: true }>,
): Promise<string> {
  let restricted = armored;
  for (const came of [...offeredKeys, ...revocations])
    restricted = (await restrictKey(restricted, came.armored)) ?? restricted;
  return restricted;
}
