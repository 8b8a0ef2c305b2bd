import type { Database } from "../database.ts";
import { keysOfAddress } from "../people/keys-of-address.ts";
import type { Vault } from "../vault/vault.ts";
import type { MailReaders } from "./mail-readers.ts";
import type { MailReading } from "./mail-reading.ts";

/** Who wrote is known when it was read: what is signed is read again with the keys that were confirmed for that address. */
export async function readWithKeys(
  db: Database,
  vault: Vault,
  readers: Pick<MailReaders, "read">,
  raw: Buffer,
): Promise<MailReading> {
  const reading = await readers.read(raw);
  if (!reading.ok || reading.crypto.signature === "no" || !reading.from) return reading;
  const confirmed = await keysOfAddress(db, vault, reading.from.address);
  return confirmed.length > 0 ? await readers.read(raw, confirmed) : reading;
}
