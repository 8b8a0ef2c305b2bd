import type { Database } from "../database.ts";
import { findSealingKey, type SealingKey } from "../vault/sealing-keys.ts";
import type { Vault } from "../vault/vault.ts";

/** Seals a message anew under another key, with its attachments, its report, what was decided of it and the raw mail that it was read from. */
export async function resealMessage(
  trx: Database,
  vault: Vault,
  messageId: string,
  to: SealingKey,
): Promise<void> {
  const message = await trx("messages").where({ id: messageId }).first("key_id", "mail_id", "sealed_content");
  const from = await findSealingKey(trx, message.key_id);
  const reseal = (purpose: string, sealed: Buffer) =>
    vault.sealBytes(to.wrapped_key, purpose, vault.openBytes(from.wrapped_key, purpose, sealed));

  await trx("messages")
    .where({ id: messageId })
    .update({ key_id: to.id, sealed_content: reseal("message", message.sealed_content) });
  for (const { id } of await trx("attachments").where({ message_id: messageId }).select("id")) {
    // One after the other: ten of 25 MB at once would fill the memory.
    const row = await trx("attachments").where({ id }).first("sealed_filename", "sealed_bytes");
    await trx("attachments")
      .where({ id })
      .update({
        sealed_filename: reseal("filename", row.sealed_filename),
        sealed_bytes: reseal("attachment", row.sealed_bytes),
      });
  }
  const report = await trx("reports").where({ message_id: messageId }).first("sealed_report", "sealed_logs");
  if (report) {
    await trx("reports")
      .where({ message_id: messageId })
      .update({
        sealed_report: reseal("report", report.sealed_report),
        sealed_logs: report.sealed_logs && reseal("logs", report.sealed_logs),
      });
  }
  const unopened = await trx("unopened_parts")
    .where({ message_id: messageId })
    .whereNotNull("sealed_reason")
    .first("sealed_reason");
  if (unopened) {
    await trx("unopened_parts")
      .where({ message_id: messageId })
      .update({ sealed_reason: reseal("reason", unopened.sealed_reason) });
  }
  if (message.mail_id) await resealMail(trx, message.mail_id, message.key_id, to, reseal);
}

async function resealMail(
  trx: Database,
  mailId: string,
  fromKeyId: string,
  to: SealingKey,
  reseal: (purpose: string, sealed: Buffer) => Buffer,
): Promise<void> {
  const mail = await trx("mails").where({ id: mailId }).first("key_id", "sealed_raw");
  if (mail?.key_id !== fromKeyId) return;
  await trx("mails")
    .where({ id: mailId })
    .update({ key_id: to.id, sealed_raw: mail.sealed_raw && reseal("raw", mail.sealed_raw) });
}
