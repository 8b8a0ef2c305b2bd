import type { Database } from "../database.ts";
import type { LogSection } from "../logs/log-section.ts";
import type { Vault } from "../vault/vault.ts";
import type { Report } from "../whisperback/report.ts";
import type { WeightedText } from "./blind-vector.ts";
import { type AttachedFile, textsOfMail, textsOfReport } from "./texts-of-message.ts";

/** The texts of a stored message, opened, as they are indexed; null when it is not there any more. */
export async function readMessageTexts(
  db: Database,
  vault: Vault,
  messageId: string,
): Promise<WeightedText[] | null> {
  const row: MessageRow | undefined = await db("messages")
    .join("vault_keys", "vault_keys.id", "messages.key_id")
    .leftJoin("reports", "reports.message_id", "messages.id")
    .where("messages.id", messageId)
    .first("kind", "sealed_content", "wrapped_key", "sealed_report", "sealed_logs");
  if (!row) return null;

  const content: { text: string; subject?: string; from?: { name: string } | null } = JSON.parse(
    vault.open(row.wrapped_key, "message", row.sealed_content),
  );
  if (row.kind === "answer") return [{ weight: "B", text: content.text }];
  if (row.kind === "note") return [{ weight: "C", text: content.text }];
  const files = await readTextFiles(db, vault, messageId, row.wrapped_key);
  const subject = content.subject ?? "";
  if (!row.sealed_report)
    return textsOfMail({ subject, text: content.text, fromName: content.from?.name ?? "" }, files);

  const report: Report = JSON.parse(vault.open(row.wrapped_key, "report", row.sealed_report));
  const sections: LogSection[] = row.sealed_logs
    ? JSON.parse(vault.open(row.wrapped_key, "logs", row.sealed_logs))
    : [];
  return textsOfReport(subject, report, sections, files);
}

type MessageRow = {
  kind: "from_user" | "answer" | "note" | "bounce";
  sealed_content: Buffer;
  wrapped_key: Buffer;
  sealed_report: Buffer | null;
  sealed_logs: Buffer | null;
};

async function readTextFiles(
  db: Database,
  vault: Vault,
  messageId: string,
  wrappedKey: Buffer,
): Promise<AttachedFile[]> {
  const rows: { sealed_filename: Buffer; content_type: string; sealed_bytes: Buffer }[] = await db(
    "attachments",
  )
    .where({ message_id: messageId })
    .whereLike("content_type", "text/%")
    .orderBy("position")
    .select("sealed_filename", "content_type", "sealed_bytes");
  return rows.map(({ sealed_filename, content_type, sealed_bytes }) => ({
    filename: vault.open(wrappedKey, "filename", sealed_filename),
    contentType: content_type,
    bytes: vault.openBytes(wrappedKey, "attachment", sealed_bytes),
  }));
}
