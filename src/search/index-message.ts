import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { newestBlindVector, type WeightedText } from "./blind-vector.ts";

/** Makes a message findable. Called in the transaction that stores the message, so that neither is without the other. */
export async function indexMessage(
  db: Database,
  vault: Vault,
  message: { id: string; ticketId: string; language: string | null; texts: WeightedText[] },
): Promise<void> {
  const document = await newestBlindVector(db, vault, message.language, message.texts);
  await db("search_documents").insert({
    message_id: message.id,
    ticket_id: message.ticketId,
    language: message.language,
    ...document,
  });
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
