import { acknowledge, type OpenedTicket } from "../acknowledgements/acknowledge.ts";
import { actAsIfOpened } from "../acknowledgements/as-if-opened.ts";
import { anyAcknowledges } from "../acknowledgements/settings.ts";
import type { Signature } from "../acknowledgements/text.ts";
import { type Database, sendTogether } from "../database.ts";
import {
  personOfAddress,
  rememberCryptography,
  rememberEncryption,
  rememberNamedKey,
} from "../people/person-of-address.ts";
import { newestBlindVector } from "../search/blind-vector.ts";
import { storeDocument } from "../search/index-message.ts";
import { applyRules } from "../sorting-rules/apply-rules.ts";
import type { SortingFacts } from "../sorting-rules/rule.ts";
import { listRules, type StoredRule } from "../sorting-rules/rules.ts";
import { makeItOurTurn } from "../tickets/add-message.ts";
import { noteUnopened } from "../tickets/unopened-parts.ts";
import type { Vault } from "../vault/vault.ts";
import { askAgainIfJustEnded } from "./ask-again.ts";
import { type ClaimedMail, finishMail, leaseLostBy } from "./claim-mails.ts";
import { holdMessageId } from "./earlier-messages.ts";
import type { MailReading, ReportReading } from "./mail-reading.ts";
import { contentHashOf } from "./same-report-id.ts";
import { type Stored, storeMessage, type Understood } from "./store-message.ts";
import { storeOfferedKeys } from "./store-offered-keys.ts";

export type Outcome = Stored["outcome"] | "set_aside";

/** How the desk sorts new tickets now; without `desk` nothing is acknowledged. */
export type Sorting = { rules: StoredRule[]; desk: Signature | null };

/** Asked for several mails at once: a rule counts for mails that are claimed after it was changed. Two statements. */
export async function readSorting(db: Database, vault: Vault, desk?: Signature): Promise<Sorting> {
  const [rules, isAcknowledged] = await sendTogether([listRules(db, vault), desk && anyAcknowledges(db)]);
  return { rules, desk: isAcknowledged && desk ? desk : null };
}

/** One kept mail becomes a ticket, a message or a mail set aside with its reason: all of it happens or none of it. */
export async function receiveMail(
  db: Database,
  vault: Vault,
  mail: ClaimedMail,
  mailReading: MailReading,
  sorting: Sorting,
): Promise<Outcome> {
  const storing = db.transaction(async (trx) => {
    if (!mailReading.ok) {
      const { reason, encryptedBy, cryptography } = mailReading;
      if (encryptedBy) await rememberEncryption(trx, await personOfAddress(trx, vault, encryptedBy));
      if (cryptography) await actAsIfOpened(trx, vault, cryptography);
      return await setAside(trx, mail, reason);
    }
    // Sent at once: neither waits for the other, but all of them for who stores the same mail.
    const [, personId, words] = await sendTogether([
      holdMessageId(trx, vault, mailReading.messageId),
      senderOf(trx, vault, mailReading),
      newestBlindVector(trx, vault, mailReading.language, mailReading.searchTexts),
    ]);
    const reading = { ...mailReading, personId };
    const stored = await storeMessage(trx, vault, mail, reading);
    if (typeof stored === "string") return await setAside(trx, mail, stored);

    const { ticketId, messageId, outcome } = stored;
    const parts = [
      storeReport(trx, vault, mail, reading, messageId),
      storeOfferedKeys(trx, vault, reading, { key: mail.key, place: { ticketId, messageId } }),
      ...(reading.signature === "good" && personId ? [askAgainIfJustEnded(trx, personId)] : []),
      ...(reading.notRead.length > 0 ? [noteUnopened(trx, messageId)] : []),
      storeDocument(trx, { id: messageId, ticketId, language: reading.language }, words),
    ];
    const finish = () => finishMail(trx, mail, { state: "read", outcome, ticket_id: ticketId });
    if (outcome === "opened" && sorting.rules.length === 0 && !sorting.desk) {
      await sendTogether([...parts, finish()]);
      return outcome;
    }
    // Rules may search the ticket, so its parts are there first; the acknowledgement depends on its queue.
    await sendTogether(parts);
    if (outcome === "opened") {
      await applyRules(trx, vault, sorting.rules, ticketId, factsOf(reading));
      if (sorting.desk) await acknowledge(trx, vault, sorting.desk, openedBy(mail, reading, ticketId));
    } else if (makesItOurTurn(outcome, reading)) {
      await makeItOurTurn(trx, ticketId, mail.receivedAt);
    }
    await finish();
    return outcome;
  });
  return await storing.catch((error) => {
    throw leaseLostBy(error);
  });
}

/** A copy that came by another way says nothing new; whoever sends a report once more waits for us again. */
function makesItOurTurn(outcome: Outcome, { sender, report }: Understood): boolean {
  return (sender === "person" || sender === "list") && (outcome !== "sent_again" || report !== null);
}

/** Puts a mail where the staff see it, with the reason, to be tried again or discarded by a person. */
export async function setAside(trx: Database, mail: ClaimedMail, reason: string): Promise<"set_aside"> {
  await finishMail(trx, mail, { state: "set_aside", set_aside_reason: reason });
  return "set_aside";
}

/** Who wrote, by the From of an ordinary mail; that of a report is the same for all reports and names nobody. */
async function senderOf(
  trx: Database,
  vault: Vault,
  reading: Extract<MailReading, { ok: true }>,
): Promise<string | null> {
  if (reading.report) await rememberOfReport(trx, vault, reading.report);
  if (reading.report || !reading.from || reading.sender === "bounce") return null;
  const personId = await personOfAddress(trx, vault, reading.from.address);
  if (reading.encryption === "encrypted") await rememberEncryption(trx, personId);
  if (reading.showsCryptography) await rememberCryptography(trx, personId);
  return personId;
}

/** The program encrypts a report, so that says nothing of the person; their key field does, and mailing it by hand. */
export async function rememberOfReport(
  trx: Database,
  vault: Vault,
  { contactAddress, namesKey, encryptedBy }: ReportReading,
): Promise<void> {
  if (contactAddress && namesKey)
    await rememberNamedKey(trx, await personOfAddress(trx, vault, contactAddress));
  for (const address of encryptedBy)
    await rememberEncryption(trx, await personOfAddress(trx, vault, address));
}

function openedBy(mail: ClaimedMail, reading: Understood, ticketId: string): OpenedTicket {
  const { noAutomaticAnswer, references, personId, date, messageId, report, showsCryptography } = reading;
  const { key, receivedAt } = mail;
  const isReport = report !== null;
  return {
    ticketId,
    key,
    receivedAt,
    isReport,
    noAutomaticAnswer,
    references,
    personId,
    address: reading.from?.address ?? null,
    showsCryptography,
    date,
    messageId,
  };
}

function factsOf({ report, from, subject, text, language, listId }: Understood): SortingFacts {
  return {
    from: (report ? report.contactAddress : from?.address) ?? null,
    subject,
    text,
    tails_version: report?.tailsVersion ?? null,
    model: report?.model ?? null,
    language,
    channel: report ? "whisperback" : "mail",
    list_id: listId ?? null,
  };
}

async function storeReport(
  trx: Database,
  vault: Vault,
  mail: ClaimedMail,
  reading: Understood,
  messageId: string,
): Promise<void> {
  const { report } = reading;
  if (!report) return;
  await trx("reports").insert({
    message_id: messageId,
    whisperback_id: report.whisperbackId,
    tails_version: report.tailsVersion,
    installed_version: report.installedVersion,
    manufacturer: report.manufacturer,
    model: report.model,
    ram_mb: report.ramMb,
    boot_medium: report.bootMedium,
    persistent_storage: report.persistentStorage,
    virtual_machine: report.virtualMachine,
    coreboot: report.coreboot,
    stick_hash: report.stickId ? vault.lookUpHash("stick", report.stickId) : null,
    sealed_report: vault.sealPacked(mail.key.wrapped_key, "report", report.packedReport),
    sealed_logs: report.packedLogs && vault.sealPacked(mail.key.wrapped_key, "logs", report.packedLogs),
    log_sections: report.logSections,
    content_hash: contentHashOf(vault, report),
  });
}
