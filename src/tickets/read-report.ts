import type { Database } from "../database.ts";
import type { LogSection } from "../logs/log-section.ts";
import type { Vault } from "../vault/vault.ts";
import type { Report } from "../whisperback/report.ts";

/** The newest report of a ticket without its logs; null when none of its messages is a report. */
export async function readReport(
  db: Database,
  vault: Vault,
  ticketId: string,
): Promise<{ messageId: string; report: Omit<Report, "sections">; logSections: number } | null> {
  const row = await db("reports")
    .join("messages", "messages.id", "reports.message_id")
    .join("vault_keys", "vault_keys.id", "messages.key_id")
    .where("messages.ticket_id", ticketId)
    .orderBy("messages.id")
    .first("reports.message_id", "reports.sealed_report", "reports.log_sections", "vault_keys.wrapped_key");
  if (!row) return null;
  return {
    messageId: row.message_id,
    report: JSON.parse(vault.open(row.wrapped_key, "report", row.sealed_report)),
    logSections: row.log_sections,
  };
}

/** The log sections that a report of this ticket carries; empty when it came without. */
export async function readLogs(
  db: Database,
  vault: Vault,
  ticketId: string,
  messageId: string,
): Promise<LogSection[]> {
  if (!/^[1-9]\d{0,17}$/.test(messageId)) return [];
  const row = await db("reports")
    .join("messages", "messages.id", "reports.message_id")
    .join("vault_keys", "vault_keys.id", "messages.key_id")
    .where({ "messages.ticket_id": ticketId, "messages.id": messageId })
    .first("reports.sealed_logs", "vault_keys.wrapped_key");
  return row?.sealed_logs ? JSON.parse(vault.open(row.wrapped_key, "logs", row.sealed_logs)) : [];
}
