import type { Database } from "../database.ts";
import { personOfAddress } from "../people/person-of-address.ts";
import { indexMessage } from "../search/index-message.ts";
import { addSealingKey } from "../vault/sealing-keys.ts";
import type { Vault } from "../vault/vault.ts";
import { isId } from "../web/is-id.ts";
import { openTicketWith } from "./open.ts";

export type HandOpened = {
  channel: "phone" | "chat" | "in_person";
  subject: string;
  /** What the person said, in the words of who writes it down. */
  text: string;
  language: string | null;
  /** Null: the queue of the language. */
  queueId: string | null;
  /** Null: the person gave none. */
  address: string | null;
  staffId: string;
};

/** Opens a ticket for somebody who called, chatted or came by, and returns its id. It is our turn. */
export async function openByHand(db: Database, vault: Vault, told: HandOpened): Promise<string> {
  if (told.queueId !== null && !isId(told.queueId)) throw new Error("Not the id of a queue");
  return await db.transaction(async (trx) => {
    const personId = told.address ? await personOfAddress(trx, vault, told.address) : null;
    const key = await addSealingKey(trx, vault);
    const { channel, subject, language, queueId, staffId } = told;
    const opening = { key, channel, subject, language, personId, personProven: false, queueId, staffId };
    const opened = await openTicketWith(trx, vault, opening, {
      kind: "from_user",
      personId,
      marks: ["written down by us"],
      content: { text: told.text, subject },
    });
    if (!opened) throw new Error("A ticket without WhisperBack id cannot be there already");
    await indexMessage(trx, vault, {
      id: opened.messageId,
      ticketId: opened.ticketId,
      language,
      texts: [
        { weight: "A", text: subject },
        { weight: "B", text: told.text },
      ],
    });
    return opened.ticketId;
  });
}
