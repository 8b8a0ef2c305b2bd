import type { Database } from "../database.ts";
import type { LineThatMatters } from "../logs/lines-that-matter.ts";
import type { Vault } from "../vault/vault.ts";
import { isId } from "../web/is-id.ts";
import type { Report, Section } from "../whisperback/report.ts";

/** What is sealed of a report beside its logs: the report without sections, and what the pages list of these. */
export type StoredReport = Omit<Report, "sections"> & {
  linesThatMatter: LineThatMatters[];
  sections: (Pick<Section, "title" | "kind" | "state" | "lineCount"> & { place: number; folded: boolean })[];
};

/** A report of a ticket. `logs` are there when they were asked for and are short; long ones are read by `readLogs` alone. */
export type TicketReport = { messageId: string; report: StoredReport; logs: Section[] | null };

/** Sealed logs up to so many bytes are opened with the report; they are compressed, ten to one or so. */
const shortLogs = 200_000;

/** The first report of a ticket, or the one of this message; null when there is none. One statement. */
export async function readReport(
  db: Database,
  vault: Vault,
  ticketId: string,
  options: { messageId?: string; withLogs?: boolean } = {},
): Promise<TicketReport | null> {
  const found = db("reports")
    .join("messages", "messages.id", "reports.message_id")
    .join("vault_keys", "vault_keys.id", "messages.key_id")
    .where("messages.ticket_id", ticketId)
    .orderBy("messages.id")
    .first(
      "reports.message_id",
      "reports.sealed_report",
      "vault_keys.wrapped_key",
      db.raw("case when octet_length(sealed_logs) <= ? then sealed_logs end as sealed_logs", [
        options.withLogs ? shortLogs : -1,
      ]),
    );
  if (options.messageId !== undefined) found.where("messages.id", options.messageId);
  const row = await found;
  if (!row) return null;
  return {
    messageId: row.message_id,
    report: JSON.parse(vault.open(row.wrapped_key, "report", row.sealed_report)),
    logs: row.sealed_logs ? JSON.parse(vault.open(row.wrapped_key, "logs", row.sealed_logs)) : null,
  };
}

/** All log sections that a report of this ticket carries; empty when it came without, or there is no such report. */
export async function readLogs(
  db: Database,
  vault: Vault,
  ticketId: string,
  messageId: string,
): Promise<Section[]> {
  if (!isId(messageId)) return [];
  const row = await db("reports")
    .join("messages", "messages.id", "reports.message_id")
    .join("vault_keys", "vault_keys.id", "messages.key_id")
    .where({ "messages.ticket_id": ticketId, "messages.id": messageId })
    .first("reports.sealed_logs", "vault_keys.wrapped_key");
  return row?.sealed_logs ? JSON.parse(vault.open(row.wrapped_key, "logs", row.sealed_logs)) : [];
}
