import type { Vault } from "../vault/vault.ts";
import { maskAddresses } from "./mask-address.ts";

/** Whose confirmed key its owner ended, so that nothing can leave to them: the address masked. */
export type EndedKey = { person_id: string; masked_address: string; ended_at: Date };

/** A row of `endedKeysSql`. */
export type SealedEndedKey = {
  person_id: string;
  sealed_address: string;
  wrapped_key: string;
  ended_at: string;
};

/** SQL: confirmed keys that their owners ended and that are in force still, as JSON: the newest first, at most 10; null: none. */
export const endedKeysSql = `(select json_agg(ended) from (
  select person_id::text, encode(sealed_address, 'hex') as sealed_address, encode(wrapped_key, 'hex') as wrapped_key,
    owner_ended_at as ended_at
  from pinned_keys join people on people.id = person_id join vault_keys on vault_keys.id = people.key_id
  where owner_ended_at is not null and ended_at is null
  order by owner_ended_at desc, pinned_keys.id desc limit 10) ended)`;

/** Opens what `endedKeysSql` gave. */
export function openEndedKeys(vault: Vault, rows: SealedEndedKey[] | null): EndedKey[] {
  const bytes = (hex: string) => Buffer.from(hex, "hex");
  return (rows ?? []).map(({ person_id, sealed_address, wrapped_key, ended_at }) => ({
    person_id,
    masked_address: maskAddresses(vault.open(bytes(wrapped_key), "address", bytes(sealed_address))),
    ended_at: new Date(ended_at),
  }));
}
