import { type Database, sendTogether } from "../database.ts";
import type { Vault } from "../vault/vault.ts";
import { handOver } from "./hand-over.ts";
import { messageIdOf, newReference } from "./message-id.ts";
import type { Sender } from "./send.ts";
import { writeMail } from "./write-mail.ts";

/** Tells the administrators something about the machine: never a word about a person. False when no mail left. */
export async function mailAdmins(
  db: Database,
  vault: Vault,
  sender: Sender,
  addresses: string[],
  notice: { subject: string; text: string },
): Promise<boolean> {
  const results = await sendTogether(
    addresses.map(async (address) => {
      const written = await writeMail(db, vault, sender, {
        ...notice,
        leaving: { to: address, ticketId: null, clear: { by: "one" } },
        protection: null,
        attachedKey: null,
        messageId: messageIdOf(vault, newReference(), sender.address),
        inReplyTo: null,
        references: [],
        date: new Date(),
        language: "en",
      });
      if (!written.ok) return { state: "failed" };
      return await handOver(sender.server, sender.address, address, written.raw);
    }),
  );
  return results.length === 0 || results.some(({ state }) => state === "accepted" || state === "unknown");
}
