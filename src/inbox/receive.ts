import { acknowledge, type OpenedTicket } from "../acknowledgements/acknowledge.ts";
import type { Signature } from "../acknowledgements/text.ts";
import type { Database } from "../database.ts";
import { markBounced, ticketOfReference } from "../outbox/find-sent.ts";
import { offerKey } from "../people/offered-keys.ts";
import { personOfAddress, rememberEncryption } from "../people/person-of-address.ts";
import { indexMessage } from "../search/index-message.ts";
import { applyRules } from "../sorting-rules/apply-rules.ts";
import type { SortingFacts } from "../sorting-rules/rule.ts";
import { addMessage, makeItOurTurn } from "../tickets/add-message.ts";
import { mergedInto } from "../tickets/merged-into.ts";
import { openTicket } from "../tickets/open.ts";
import type { Vault } from "../vault/vault.ts";
import { type ClaimedMail, finishMail, holdMail } from "./claim-mails.ts";
import { copiedCiphertexts } from "./copied-ciphertexts.ts";
import type { MailReading } from "./mail-reading.ts";

export type Outcome = "opened" | "added" | "sent_again" | "bounce" | "set_aside";
type Understood = Extract<MailReading, { ok: true }> & { personId: string | null };
type Place = { ticketId: string; outcome: Exclude<Outcome, "set_aside">; marks: string[] };

/**
 * One kept mail becomes a ticket, a message or a mail set aside with its reason: all of it happens or none of it. Without
 * `desk` nothing is acknowledged.
 */
export async function receiveMail(
  db: Database,
  vault: Vault,
  mail: ClaimedMail,
  mailReading: MailReading,
  desk?: Signature,
): Promise<Outcome> {
  return await db.transaction(async (trx) => {
    await holdMail(trx, mail);
    if (!mailReading.ok) {
      const { reason, encryptedBy } = mailReading;
      if (encryptedBy) await rememberEncryption(trx, await personOfAddress(trx, vault, encryptedBy));
      return await setAside(trx, mail, reason);
    }
    const reading = { ...mailReading, personId: await senderOf(trx, vault, mailReading) };
    const place = await findOrOpenTicket(trx, vault, mail, reading);
    if (typeof place === "string") return await setAside(trx, mail, place);

    const messageId = await storeMessage(trx, vault, mail, reading, place);
    await storeReport(trx, vault, mail, reading, messageId);
    await storeOfferedKeys(trx, vault, mail, reading, place.ticketId, messageId);
    await indexMessage(trx, vault, {
      id: messageId,
      ticketId: place.ticketId,
      language: reading.language,
      texts: reading.searchTexts,
    });
    // Rules may search the ticket, so its words are there first; the acknowledgement depends on its queue.
    if (place.outcome === "opened") await applyRules(trx, vault, place.ticketId, factsOf(reading));
    if (place.outcome !== "opened" && reading.sender === "person") {
      await makeItOurTurn(trx, place.ticketId, mail.receivedAt);
    }
    if (place.outcome === "opened" && desk)
      await acknowledge(trx, vault, desk, openedBy(mail, reading, place));
    await finishMail(trx, mail, { state: "read", outcome: place.outcome, ticket_id: place.ticketId });
    return place.outcome;
  });
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
  if (reading.report || !reading.from || reading.sender === "bounce") return null;
  const personId = await personOfAddress(trx, vault, reading.from.address);
  if (reading.encryption === "encrypted") await rememberEncryption(trx, personId);
  return personId;
}

async function findOrOpenTicket(
  trx: Database,
  vault: Vault,
  mail: ClaimedMail,
  reading: Understood,
): Promise<Place | string> {
  if (reading.report) return await placeReport(trx, vault, mail, reading);

  const answered = await ticketOfReference(trx, vault, reading.references);
  if (reading.sender === "bounce") {
    const returned = await markBounced(trx, vault, [reading.bounceOf ?? "", ...reading.references]);
    if (!returned) return "A bounce of a mail that this desk did not send";
    return { ticketId: returned, outcome: "bounce", marks: ["bounce"] };
  }
  if (answered) {
    const marks = reading.sender === "person" ? [] : [`${reading.sender} mail`];
    if (!reading.personId || reading.personId !== answered.personId) marks.push("another address");
    return { ticketId: answered.ticketId, outcome: "added", marks };
  }
  if (reading.sender === "automatic") return "Automatic mail that answers nothing this desk wrote";
  return await placeMail(trx, vault, mail, reading);
}

/** The address inside a report is where an answer may go, and proves nothing about who wrote it. */
async function placeReport(
  trx: Database,
  vault: Vault,
  mail: ClaimedMail,
  reading: Understood,
): Promise<Place> {
  const { report } = reading;
  if (!report) throw new Error("placeReport needs a report");
  const ticketId = await openTicket(trx, vault, {
    key: mail.key,
    openedAt: mail.receivedAt,
    channel: "whisperback",
    subject: reading.subject,
    language: reading.language,
    personId: report.contactAddress ? await personOfAddress(trx, vault, report.contactAddress) : null,
    personProven: false,
    whisperbackId: report.whisperbackId,
    tailsVersion: report.tailsVersion,
    installedVersion: report.installedVersion,
    model: report.model,
    stickHash: report.stickId ? vault.lookUpHash("stick", report.stickId) : null,
  });
  if (ticketId) return { ticketId, outcome: "opened", marks: [] };

  const first = await trx("tickets")
    .first<{ id: string }>("id")
    .where({ whisperback_id: report.whisperbackId });
  if (!first) throw new Error("The ticket of this WhisperBack id disappeared");
  const ticketOfReport = await mergedInto(trx, first.id);
  return { ticketId: ticketOfReport, outcome: "sent_again", marks: ["sent again", "author not proven"] };
}

async function placeMail(
  trx: Database,
  vault: Vault,
  mail: ClaimedMail,
  reading: Understood,
): Promise<Place> {
  const ticketId = await openTicket(trx, vault, {
    key: mail.key,
    openedAt: mail.receivedAt,
    channel: "mail",
    subject: reading.subject,
    language: reading.language,
    personId: reading.personId,
    personProven: false,
  });
  if (!ticketId) throw new Error("A ticket without WhisperBack id cannot be there already");
  return { ticketId, outcome: "opened", marks: reading.sender === "list" ? ["list mail"] : [] };
}

async function storeMessage(
  trx: Database,
  vault: Vault,
  mail: ClaimedMail,
  reading: Understood,
  place: Place,
): Promise<string> {
  return await addMessage(trx, vault, {
    ticketId: place.ticketId,
    key: mail.key,
    kind: place.outcome === "bounce" ? "bounce" : "from_user",
    mailId: mail.id,
    createdAt: mail.receivedAt,
    personId: reading.personId,
    encryption: reading.encryption,
    signature: reading.signature,
    marks: [
      ...new Set([...place.marks, ...reading.marks, ...(await copiedCiphertexts(trx, vault, reading))]),
    ],
    attachments: reading.attachments,
    content: {
      text: reading.text,
      subject: reading.subject,
      from: reading.report ? null : reading.from,
      messageId: reading.messageId,
      date: reading.date,
      warnings: reading.warnings,
      ...(reading.listId ? { listId: reading.listId } : {}),
      crypto: reading.crypto,
      segments: reading.segments.length > 0 ? reading.segments : undefined,
    },
  });
}

function openedBy(mail: ClaimedMail, reading: Understood, { ticketId }: Place): OpenedTicket {
  const { noAutomaticAnswer, references, personId, date, messageId, report } = reading;
  const { key, receivedAt } = mail;
  const isReport = report !== null;
  return { ticketId, key, receivedAt, isReport, noAutomaticAnswer, references, personId, date, messageId };
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
  });
}

/** The key in a report is for whom the report itself names, also when the ticket of the first report names another one. */
async function storeOfferedKeys(
  trx: Database,
  vault: Vault,
  mail: ClaimedMail,
  reading: Understood,
  ticketId: string,
  messageId: string,
): Promise<void> {
  if (reading.offeredKeys.length === 0) return;
  const contact = reading.report?.contactAddress;
  const personId = contact ? await personOfAddress(trx, vault, contact) : reading.personId;
  for (const { source, also, armored, facts } of reading.offeredKeys) {
    const place = { ticketId, messageId };
    await offerKey(trx, vault, { personId, place, key: mail.key, source, also, armored, facts });
  }
}
