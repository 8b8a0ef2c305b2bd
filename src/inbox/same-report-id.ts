import type { Database } from "../database.ts";
import { changeTickets } from "../tickets/change-tickets.ts";
import { writeLink } from "../tickets/links.ts";
import { recordEvent } from "../tickets/record-event.ts";
import type { Vault } from "../vault/vault.ts";
import type { ReportReading } from "./mail-reading.ts";

/** What the desk has of reports with one id: the ticket that holds the id, and where the very same report stands; null: nowhere. */
export type SameId = { first: string; sameReport: string | null };

/** Asked when the id is taken. Until the transaction ends, nobody else stores a report with this id. Two statements. */
export async function findSameId(trx: Database, vault: Vault, report: ReportReading): Promise<SameId> {
  const first = await trx("tickets")
    .where({ whisperback_id: report.whisperbackId })
    .whereNull("same_id_as")
    .forNoKeyUpdate()
    .first<{ id: string } | undefined>("id");
  if (!first) throw new Error("The ticket of this WhisperBack id disappeared");
  const same = await trx("reports")
    .join("messages", "messages.id", "reports.message_id")
    .where({ whisperback_id: report.whisperbackId, content_hash: contentHashOf(vault, report) })
    .orderBy("messages.id")
    .first<{ ticket_id: string } | undefined>("ticket_id");
  return { first: first.id, sameReport: same?.ticket_id ?? null };
}

/** The keyed hash by which the same report is known when it is sent again. */
export function contentHashOf(vault: Vault, { contentDigest }: ReportReading): Buffer {
  return vault.lookUpHash("report", contentDigest);
}

/** The mark of reports that came with one id and say different things. */
export const sameIdMark = "same report id";

/**
 * Another report came with an id that is taken: its ticket is linked with those on which the others stand, all of them are
 * marked, and nobody is answered on any of them before a person chose whose contact is right. Five statements or so.
 */
export async function tellSameId(trx: Database, ticketId: string, whisperbackId: string): Promise<void> {
  const others: string[] = await trx("reports")
    .join("messages", "messages.id", "reports.message_id")
    .where({ whisperback_id: whisperbackId })
    .whereNot({ ticket_id: ticketId })
    .distinct("ticket_id")
    .orderBy("ticket_id")
    .limit(mostLinked)
    .pluck("ticket_id");
  await trx("messages")
    .whereIn("ticket_id", others)
    .whereIn("id", trx("reports").where({ whisperback_id: whisperbackId }).select("message_id"))
    .whereRaw("not marks @> ?", [[sameIdMark]])
    .update({ marks: trx.raw("marks || ?", [[sameIdMark]]) });
  // Whoever was chosen by a person stays chosen: else a stranger who knows the id could hold answers back for ever.
  const asked = await changeTickets(trx, others, {
    staffId: null,
    action: "same_report_id",
    set: { recipient_open: true },
    detail: { ticket: ticketId },
    onlyIf: trx.raw(
      `not exists (select from ticket_events where ticket_id = tickets.id and action in ('recipient_chosen', 'person_changed'))`,
    ),
  });
  for (const other of others) await writeLink(trx, ticketId, other, null, true);
  const action = "same_report_id";
  const decided = others.filter((id) => !asked.some(({ ticket_id }) => ticket_id === id));
  for (const other of decided)
    await recordEvent(trx, { ticketId: other, action, detail: { ticket: ticketId } });
  for (const other of others) await recordEvent(trx, { ticketId, action, detail: { ticket: other } });
}

const mostLinked = 20;
