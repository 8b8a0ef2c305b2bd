import type { Database } from "../database.ts";
import { maskAddresses } from "../people/mask-address.ts";
import type { Vault } from "../vault/vault.ts";

/** What the ticket page says of the person: the address masked, and which keys came with the ticket. */
export type TicketPerson = {
  /** Null when nobody is answered on this ticket. */
  id: string | null;
  /** Null when no address is known. */
  masked_address: string | null;
  wrote_encrypted_at: Date | null;
  /** Since when a report named a key of theirs; null: none did. */
  named_key_at: Date | null;
  /** When a key of theirs was confirmed that is in force; null: none is. */
  confirmed_at: Date | null;
  /** When its owner ended it, so that nothing can be encrypted to it any more. */
  key_ended_at: Date | null;
  keys: { source: "report" | "attachment" | "text" | "autocrypt"; created_at: Date }[];
};

/** One statement. */
export async function findPerson(db: Database, vault: Vault, ticketId: string): Promise<TicketPerson> {
  const row = await db("tickets")
    .leftJoin("people", "people.id", "tickets.person_id")
    .leftJoin("vault_keys", "vault_keys.id", "people.key_id")
    .leftJoin("pinned_keys", (join) =>
      join.on("pinned_keys.person_id", "people.id").onNull("pinned_keys.ended_at"),
    )
    .where("tickets.id", ticketId)
    .first(
      "people.id",
      "people.sealed_address",
      "pinned_keys.pinned_at",
      "pinned_keys.owner_ended_at",
      "people.wrote_encrypted_at",
      "people.named_key_at",
      "vault_keys.wrapped_key",
      db.raw(
        `(select json_agg(json_build_object('source', source, 'created_at', created_at) order by id desc)
            from offered_keys where ticket_id = tickets.id) as keys`,
      ),
    );
  const keys: { source: TicketPerson["keys"][number]["source"]; created_at: string }[] = row?.keys ?? [];
  return {
    id: row?.id ?? null,
    masked_address: row?.sealed_address
      ? maskAddresses(vault.open(row.wrapped_key, "address", row.sealed_address))
      : null,
    wrote_encrypted_at: row?.wrote_encrypted_at ?? null,
    named_key_at: row?.named_key_at ?? null,
    confirmed_at: row?.pinned_at ?? null,
    key_ended_at: row?.owner_ended_at ?? null,
    keys: keys.map((key) => ({ ...key, created_at: new Date(key.created_at) })),
  };
}
