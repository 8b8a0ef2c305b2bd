import { isDeepStrictEqual } from "node:util";
import type { Database } from "../database.ts";
import type { CryptoSummary } from "../mime/crypto-summary.ts";
import type { Attachment } from "../mime/mail.ts";
import type { NotRead } from "../mime/not-read.ts";
import type { Segment } from "../mime/open-document.ts";
import type { WeightedText } from "../search/blind-vector.ts";
import { reindexMessage } from "../search/index-message.ts";
import { findSealingKey, type SealingKey } from "../vault/sealing-keys.ts";
import type { Vault } from "../vault/vault.ts";
import type { MessageContent } from "./ticket.ts";
import { inClearMark, notSignedMark, unlikeBefore } from "./unlike-before.ts";
import { renoteUnopened } from "./unopened-parts.ts";

/** What a mail says when it is read once more. */
export type NewReading = {
  text: string;
  subject: string;
  warnings: string[];
  encryption: "none" | "encrypted";
  signature: "no" | "cannot check" | "bad" | "good";
  crypto: CryptoSummary;
  segments: Segment[];
  attachments: Attachment[];
  language: string | null;
  searchTexts: WeightedText[];
  isReport: boolean;
  notRead: NotRead[];
  /** Of this reading; marks of how the message came to its ticket stay. */
  newMarks: string[];
};

/**
 * Changes the message of a mail to what the mail says now: the verdict, and the text where more of it could be opened.
 * A report keeps its text. Returns whether anything is another than before; without a message, nothing is.
 */
export async function changeReading(
  trx: Database,
  vault: Vault,
  mailId: string,
  reading: NewReading,
): Promise<boolean> {
  const message = await trx("messages").where({ mail_id: mailId }).forUpdate().first();
  if (!message) return false;
  const key = await findSealingKey(trx, message.key_id);
  const before: MessageContent = JSON.parse(vault.open(key.wrapped_key, "message", message.sealed_content));
  await renoteUnopened(trx, message.id, { before: before.notRead ?? [], now: reading.notRead });
  const content = contentOf(before, reading);
  const columns = {
    encryption: reading.encryption,
    signature: reading.signature,
    marks: marksOf(message.marks, reading),
  };
  const isSame =
    isDeepStrictEqual(asStored(content), asStored(before)) &&
    Object.entries(columns).every(([name, value]) => isDeepStrictEqual(message[name], value));
  if (isSame) return false;

  await trx("messages")
    .where({ id: message.id })
    .update({ ...columns, sealed_content: vault.seal(key.wrapped_key, "message", JSON.stringify(content)) });
  // More of it than before was opened, or less.
  if (!reading.isReport && !isDeepStrictEqual(before.crypto?.encryptedTo, reading.crypto.encryptedTo)) {
    await replaceAttachments(trx, vault, message.id, key, reading.attachments);
    const { language, searchTexts } = reading;
    await reindexMessage(trx, vault, { id: message.id, language, texts: searchTexts });
  }
  return true;
}

function contentOf(before: MessageContent, reading: NewReading): MessageContent {
  const { crypto, text, subject, warnings, segments } = reading;
  const notRead = reading.notRead.length > 0 ? reading.notRead : undefined;
  if (reading.isReport) return { ...before, crypto, notRead };
  return {
    ...before,
    crypto,
    text,
    subject,
    warnings,
    segments: segments.length > 0 ? segments : undefined,
    notRead,
  };
}

/** As it comes back from the database: without what JSON leaves out. */
function asStored(content: MessageContent): unknown {
  return JSON.parse(JSON.stringify(content));
}

const marksOfReading = new Set(["partly encrypted", "copied ciphertext", inClearMark, notSignedMark]);

/** A ciphertext that was told as copied stays so; what came in clear or unsigned stays so unless it is found not to be. */
function marksOf(before: string[], reading: NewReading): string[] {
  const habits = { encrypts: before.includes(inClearMark), signs: before.includes(notSignedMark) };
  const stay = before.filter((mark) => !marksOfReading.has(mark) || mark === "copied ciphertext");
  return [...new Set([...stay, ...unlikeBefore(reading, habits), ...reading.newMarks])];
}

async function replaceAttachments(
  trx: Database,
  vault: Vault,
  messageId: string,
  { wrapped_key }: SealingKey,
  attachments: Attachment[],
): Promise<void> {
  await trx("attachments").where({ message_id: messageId }).delete();
  for (const [position, { filename, contentType, bytes }] of attachments.entries()) {
    await trx("attachments").insert({
      message_id: messageId,
      position,
      sealed_filename: vault.seal(wrapped_key, "filename", filename),
      content_type: contentType,
      size_bytes: bytes.length,
      sealed_bytes: vault.sealBytes(wrapped_key, "attachment", bytes),
    });
  }
}
