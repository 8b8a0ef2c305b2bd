import type { Database } from "../database.ts";
import { maskAddresses } from "../people/mask-address.ts";
import type { Vault } from "../vault/vault.ts";

/** What the ticket page says of the person: the address masked, and which keys came with the ticket. */
export type TicketPerson = {
  /** Null when no address is known. */
  masked_address: string | null;
  wrote_encrypted_at: Date | null;
  keys: { source: "report" | "attachment" | "text" | "autocrypt"; created_at: Date }[];
};

/** One statement. */
export async function findPerson(db: Database, vault: Vault, ticketId: string): Promise<TicketPerson> {
  const row = await db("tickets")
    .leftJoin("people", "people.id", "tickets.person_id")
    .leftJoin("vault_keys", "vault_keys.id", "people.key_id")
    .where("tickets.id", ticketId)
    .first(
      "people.sealed_address",
      "people.wrote_encrypted_at",
      "vault_keys.wrapped_key",
      db.raw(
        `(select json_agg(json_build_object('source', source, 'created_at', created_at) order by id desc)
            from offered_keys where ticket_id = tickets.id) as keys`,
      ),
    );
  const keys: { source: TicketPerson["keys"][number]["source"]; created_at: string }[] = row?.keys ?? [];
  return {
    masked_address: row?.sealed_address
      ? maskAddresses(vault.open(row.wrapped_key, "address", row.sealed_address))
      : null,
    wrote_encrypted_at: row?.wrote_encrypted_at ?? null,
    keys: keys.map((key) => ({ ...key, created_at: new Date(key.created_at) })),
  };
}
