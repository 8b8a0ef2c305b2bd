import { isDeepStrictEqual } from "node:util";
import type { Database } from "../database.ts";
import type { CryptoSummary } from "../mime/crypto-summary.ts";
import type { ListOfParts } from "../mime/list-parts.ts";
import type { Address, Attachment } from "../mime/mail.ts";
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
  from: Address | null;
  parts: ListOfParts;
  /** The charset that somebody chose for its words; null: nobody did. */
  readAs: string | null;
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
  if (isDeepStrictEqual(asStored(content), asStored(before)) && hasSame(message, columns)) return false;

  await trx("messages")
    .where({ id: message.id })
    .update({ ...columns, sealed_content: vault.seal(key.wrapped_key, "message", JSON.stringify(content)) });
  const saysSame = isDeepStrictEqual(asSaid(content), asSaid(before)) && hasSame(message, columns);
  if (reading.isReport) return !saysSame;
  const sameFiles = await hasSameFiles(trx, vault, message.id, key, reading.attachments);
  if (!sameFiles) await replaceAttachments(trx, vault, message.id, key, reading.attachments);
  if (saysSame && sameFiles) return false;
  const { language, searchTexts } = reading;
  await reindexMessage(trx, vault, { id: message.id, language, texts: searchTexts });
  await followSubject(trx, vault, message.ticket_id, { before: before.subject, now: reading.subject });
  return true;
}

function hasSame(message: Record<string, unknown>, columns: Record<string, unknown>): boolean {
  return Object.entries(columns).every(([name, value]) => isDeepStrictEqual(message[name], value));
}

/** A ticket is called by the subject of its first mail, until somebody reads that in another charset. */
async function followSubject(
  trx: Database,
  vault: Vault,
  ticketId: string,
  { before, now }: { before: string | undefined; now: string },
): Promise<void> {
  if (before === undefined || before === now) return;
  const ticket = await trx("tickets")
    .join("vault_keys", "vault_keys.id", "tickets.key_id")
    .where("tickets.id", ticketId)
    .forUpdate("tickets")
    .first("sealed_subject", "wrapped_key");
  if (!ticket || vault.open(ticket.wrapped_key, "subject", ticket.sealed_subject) !== before) return;
  await trx("tickets")
    .where({ id: ticketId })
    .update({ sealed_subject: vault.seal(ticket.wrapped_key, "subject", now) });
}

function contentOf(before: MessageContent, reading: NewReading): MessageContent {
  const { crypto, parts, text, subject, warnings, segments } = reading;
  const notRead = reading.notRead.length > 0 ? reading.notRead : undefined;
  if (reading.isReport) return { ...before, crypto, parts, notRead };
  return {
    ...before,
    crypto,
    parts,
    readAs: reading.readAs ?? undefined,
    text,
    subject,
    from: senderOf(before, reading),
    warnings,
    segments: segments.length > 0 ? segments : undefined,
    notRead,
  };
}

/** In another charset the name may be another; who wrote is the same. */
function senderOf({ from }: MessageContent, reading: NewReading): MessageContent["from"] {
  return from && from.address === reading.from?.address ? reading.from : from;
}

/** Without the list of its parts, which a mail that was stored before there was one does not have. */
function asSaid({ parts: _parts, ...content }: MessageContent): unknown {
  return asStored(content);
}

/** As it comes back from the database: without what JSON leaves out. */
function asStored(content: Omit<MessageContent, "parts">): unknown {
  return JSON.parse(JSON.stringify(content));
}

const marksOfReading = new Set(["partly encrypted", "copied ciphertext", inClearMark, notSignedMark]);

/** A ciphertext that was told as copied stays so; what came in clear or unsigned stays so unless it is found not to be. */
function marksOf(before: string[], reading: NewReading): string[] {
  const habits = { encrypts: before.includes(inClearMark), signs: before.includes(notSignedMark) };
  const stay = before.filter((mark) => !marksOfReading.has(mark) || mark === "copied ciphertext");
  return [...new Set([...stay, ...unlikeBefore(reading, habits), ...reading.newMarks])];
}

async function hasSameFiles(
  trx: Database,
  vault: Vault,
  messageId: string,
  { wrapped_key }: SealingKey,
  attachments: Attachment[],
): Promise<boolean> {
  const rows = await trx("attachments")
    .where({ message_id: messageId })
    .orderBy("position")
    .select("sealed_filename", "content_type", "size_bytes");
  const stored = rows.map(({ sealed_filename, content_type, size_bytes }) => {
    return [vault.open(wrapped_key, "filename", sealed_filename), content_type, Number(size_bytes)];
  });
  const read = attachments.map(({ filename, contentType, bytes }) => [filename, contentType, bytes.length]);
  return isDeepStrictEqual(stored, read);
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
