import { composeClear } from "../mime/compose-mail.ts";
import type { Vault } from "../vault/vault.ts";
import { handOver } from "./hand-over.ts";
import { messageIdOf, newReference } from "./message-id.ts";
import type { Sender } from "./send.ts";

/** Tells the administrators something about the machine, in clear: never a word about a person. False when no mail left. */
export async function mailAdmins(
  vault: Vault,
  sender: Sender,
  addresses: string[],
  notice: { subject: string; text: string },
): Promise<boolean> {
  const results = await Promise.all(
    addresses.map(async (address) => {
      const raw = await composeClear({
        ...notice,
        from: { name: sender.name, address: sender.address },
        to: { name: "", address },
        messageId: messageIdOf(vault, newReference(), sender.address),
        inReplyTo: null,
        references: [],
        date: new Date(),
        language: "en",
        attachments: [],
      });
      return await handOver(sender.server, sender.address, address, raw);
    }),
  );
  return results.length === 0 || results.some(({ state }) => state === "accepted" || state === "unknown");
}
