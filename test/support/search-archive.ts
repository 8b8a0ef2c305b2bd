import type { Database } from "#src/database.ts";
import type { LogSection } from "#src/logs/log-section.ts";
import { personOfAddress } from "#src/people/person-of-address.ts";
import { indexMessage } from "#src/search/index-message.ts";
import { readMessageTexts } from "#src/search/read-message-texts.ts";
import { addMessage } from "#src/tickets/add-message.ts";
import { openTicket } from "#src/tickets/open.ts";
import { addSealingKey, type SealingKey } from "#src/vault/sealing-keys.ts";
import type { Vault } from "#src/vault/vault.ts";

/** What a test says of a ticket; what it does not say is not there. */
export type TicketTold = {
  subject?: string;
  language?: string | null;
  address?: string;
  name?: string;
  tails?: string;
  first?: string;
  model?: string;
  ramMb?: number;
  stick?: string;
  whisperbackId?: string;
  openedAt?: Date;
  messages: MessageTold[];
};
export type MessageTold = {
  kind: "from_user" | "answer" | "note";
  text: string;
  createdAt?: Date;
  /** Which of the staff wrote it, when it is not the one who stores it. */
  staffId?: string;
  encrypted?: boolean;
  file?: { filename: string; text: string };
  sections?: LogSection[];
};

type Stores = { db: Database; vault: Vault; staffId: string };

/** Stores a ticket as the acts of the desk do, without a mail, and indexes its messages. Returns its id. */
export async function storeTicket({ db, vault, staffId }: Stores, told: TicketTold): Promise<string> {
  return await db.transaction(async (trx) => {
    const key = await addSealingKey(trx, vault);
    const ticketId = await openTicket(trx, vault, {
      key,
      channel: told.messages.some(({ sections }) => sections) ? "whisperback" : "mail",
      subject: told.subject ?? "",
      language: told.language ?? null,
      personId: told.address ? await personOfAddress(trx, vault, told.address) : null,
      personProven: false,
      whisperbackId: told.whisperbackId ?? null,
      tailsVersion: told.tails ?? null,
      installedVersion: told.first ?? null,
      model: told.model ?? null,
      stickHash: told.stick ? vault.lookUpHash("stick", told.stick) : null,
      ...(told.openedAt ? { openedAt: told.openedAt } : {}),
    });
    if (!ticketId) throw new Error("The ticket is there already");
    for (const message of told.messages) {
      await storeMessage({ db: trx, vault, staffId }, ticketId, key, told, message);
    }
    return ticketId;
  });
}

async function storeMessage(
  { db, vault, staffId }: Stores,
  ticketId: string,
  key: SealingKey,
  told: TicketTold,
  message: MessageTold,
): Promise<void> {
  const isOurs = message.kind !== "from_user";
  const messageId = await addMessage(db, vault, {
    ticketId,
    key,
    kind: message.kind,
    staffId: isOurs ? (message.staffId ?? staffId) : null,
    encryption: message.encrypted ? "encrypted" : "none",
    ...(message.createdAt ? { createdAt: message.createdAt } : {}),
    content: {
      text: message.text,
      subject: told.subject ?? "",
      from: isOurs || !told.name ? null : { name: told.name, address: told.address ?? "" },
    },
    attachments: message.file
      ? [
          {
            filename: message.file.filename,
            contentType: "text/plain",
            bytes: Buffer.from(message.file.text),
          },
        ]
      : [],
  });
  if (message.sections) {
    const report = { questions: [{ text: message.text }], oldAnswers: [], message: "", appPrefill: null };
    await db("reports").insert({
      message_id: messageId,
      tails_version: told.tails,
      ram_mb: told.ramMb,
      sealed_report: vault.seal(key.wrapped_key, "report", JSON.stringify(report)),
      sealed_logs: vault.seal(key.wrapped_key, "logs", JSON.stringify(message.sections)),
      log_sections: message.sections.length,
    });
  }
  await indexMessage(db, vault, {
    id: messageId,
    ticketId,
    language: told.language ?? null,
    texts: (await readMessageTexts(db, vault, messageId)) ?? [],
  });
}

/** The tickets with a tag, by number. */
export async function taggedWith(db: Database, name: string): Promise<string[]> {
  return await db("ticket_tags")
    .join("tags", "tags.id", "tag_id")
    .where({ name })
    .orderBy("ticket_id")
    .pluck("ticket_id");
}
