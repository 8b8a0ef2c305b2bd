import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { newestBlindVector } from "./blind-vector.ts";

/**
 * Makes the workaround that a ticket has now findable with weight A, and no other: a row of `search_documents` without a
 * message. Called in the transaction that changes it, and when the index gets another key.
 */
export async function indexWorkaround(db: Database, vault: Vault, ticketId: string): Promise<void> {
  await db("search_documents").where({ ticket_id: ticketId }).whereNull("message_id").delete();
  const workaround = await readWorkaround(db, vault, ticketId);
  if (workaround === null) return;
  const { text, language } = workaround;
  const document = await newestBlindVector(db, vault, language, [{ weight: "A", text }]);
  await db("search_documents").insert({ ticket_id: ticketId, message_id: null, language, ...document });
}

async function readWorkaround(
  db: Database,
  vault: Vault,
  ticketId: string,
): Promise<{ text: string; language: string | null } | null> {
  const ticket = await db("tickets")
    .join("vault_keys", "vault_keys.id", "tickets.key_id")
    .where("tickets.id", ticketId)
    .whereNotNull("sealed_workaround")
    .first("language", "sealed_workaround", "wrapped_key");
  if (!ticket) return null;
  const { language, sealed_workaround, wrapped_key } = ticket;
  return { language, text: vault.open(wrapped_key, "workaround", sealed_workaround) };
}
