import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { type BlindVector, newestBlindVector, type WeightedText } from "./blind-vector.ts";

/** Makes a message findable. Called in the transaction that stores the message, so that neither is without the other. */
export async function indexMessage(
  db: Database,
  vault: Vault,
  message: { id: string; ticketId: string; language: string | null; texts: WeightedText[] },
): Promise<void> {
  const words = await newestBlindVector(db, vault, message.language, message.texts);
  await storeDocument(db, message, words);
}

/** The second half of it, for a message whose words were made ready in this transaction before it was stored. */
export async function storeDocument(
  db: Database,
  message: { id: string; ticketId: string; language: string | null },
  words: BlindVector,
): Promise<void> {
  const { id, ticketId, language } = message;
  await db("search_documents").insert({ message_id: id, ticket_id: ticketId, language, ...words });
}

/** Makes a message findable by other words than before, in the transaction that changes it. */
export async function reindexMessage(
  db: Database,
  vault: Vault,
  message: { id: string; language: string | null; texts: WeightedText[] },
): Promise<void> {
  const document = await newestBlindVector(db, vault, message.language, message.texts);
  await db("search_documents")
    .where({ message_id: message.id })
    .update({ language: message.language, ...document });
}
