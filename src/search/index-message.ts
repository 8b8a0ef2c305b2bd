import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { blindVector, type WeightedText } from "./blind-vector.ts";

/** Makes a message findable. Called in the transaction that stores the message, so that neither is without the other. */
export async function indexMessage(
  db: Database,
  vault: Vault,
  message: { id: string; ticketId: string; language: string | null; texts: WeightedText[] },
): Promise<void> {
  const words = await blindVector(db, vault, message.language, message.texts);
  await db("search_documents").insert({ message_id: message.id, ticket_id: message.ticketId, words });
}

/** Makes a message findable by other words than before, in the transaction that changes it. */
export async function reindexMessage(
  db: Database,
  vault: Vault,
  message: { id: string; language: string | null; texts: WeightedText[] },
): Promise<void> {
  const words = await blindVector(db, vault, message.language, message.texts);
  await db("search_documents").where({ message_id: message.id }).update({ words });
}
