import type { Database } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { blindVector, type WeightedText } from "./blind-vector.ts";
import { newestSearchKey } from "./search-keys.ts";

/** Makes a message findable. Called in the transaction that stores the message, so that neither is without the other. */
export async function indexMessage(
  db: Database,
  vault: Vault,
  message: { id: string; ticketId: string; language: string | null; texts: WeightedText[] },
): Promise<void> {
  const document = await documentOf(db, vault, message);
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
  const document = await documentOf(db, vault, message);
  await db("search_documents")
    .where({ message_id: message.id })
    .update({ language: message.language, ...document });
}

/** The words of some texts as `search_documents` keeps them. */
export async function documentOf(
  db: Database,
  vault: Vault,
  { language, texts }: { language: string | null; texts: WeightedText[] },
): Promise<{ words: string; generation: number }> {
  const key = await newestSearchKey(db, vault);
  return { words: await blindVector(db, key, language, texts), generation: key.generation };
}
