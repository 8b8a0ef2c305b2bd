import type { Database } from "../database.ts";
import { asksElsewhere, type NamedAddress, takesNoAnswer } from "../mime/named-addresses.ts";
import { markBounced, ticketOfReference } from "../outbox/find-sent.ts";
import { hashesOfAddress, personOfAddress } from "../people/person-of-address.ts";
import { addMessage, type NewMessage } from "../tickets/add-message.ts";
import { askForRecipient } from "../tickets/ask-for-recipient.ts";
import { type NewTicket, openTicketWith } from "../tickets/open.ts";
import { recordEvent } from "../tickets/record-event.ts";
import { unlikeBefore } from "../tickets/unlike-before.ts";
import type { Vault } from "../vault/vault.ts";
import type { ClaimedMail } from "./claim-mails.ts";
import { copiedCiphertexts } from "./copied-ciphertexts.ts";
import { type Earlier, earlierMessages, hashOfMessageId } from "./earlier-messages.ts";
import { holdPerson, knownOf } from "./known-of.ts";
import type { MailReading } from "./mail-reading.ts";
import { probablyOf } from "./probably-of.ts";
import { findSameId, sameIdMark, tellSameId } from "./same-report-id.ts";

export type Understood = Extract<MailReading, { ok: true }> & { personId: string | null };
export type Stored = {
  ticketId: string;
  messageId: string;
  outcome: "opened" | "added" | "sent_again" | "bounce";
};
type Place = { ticketId: string; outcome: Exclude<Stored["outcome"], "opened">; marks: string[] };

/** Stores what a mail says as a message of the ticket that it belongs to, or of a new one; a text says why it cannot. */
export async function storeMessage(
  trx: Database,
  vault: Vault,
  mail: ClaimedMail,
  reading: Understood,
): Promise<Stored | string> {
  const wish = wishOf(vault, reading.named);
  const replyToHash = wish?.replyToHash ?? null;
  const known = await knownOf(trx, reading.personId);
  const earlier = await earlierMessages(trx, vault, reading, replyToHash, known);
  const place = await placeOf(trx, vault, reading, earlier);
  if (typeof place === "string") return place;

  const copied = await copiedCiphertexts(trx, vault, reading);
  const shared = earlier.sharesId && place?.outcome !== "sent_again" ? ["same Message-ID"] : [];
  const isOwnNew = place?.outcome !== "sent_again" && !isByProgram(reading, place);
  const unlike = isOwnNew ? unlikeBefore(reading, known) : [];
  const message = messageOf(vault, mail, reading, wish, [...copied, ...shared, ...unlike]);
  if (place) {
    if (wish) await heedWish(trx, reading, wish, place);
    if (reading.receipt && reading.sender === "automatic" && place.outcome === "added") {
      const { ticketId } = place;
      await recordEvent(trx, { ticketId, action: "receipt_came", detail: { says: reading.receipt } });
    }
    return await addTo(trx, vault, mail, message, place);
  }

  const marks = reading.report || reading.sender === "person" ? [] : [`${reading.sender} mail`];
  const about = await ticketOf(trx, vault, mail, reading);
  const other = about.personId === reading.personId ? null : about.personId;
  if (other) await holdPerson(trx, other);
  const isFirst = !other && !known.hasTickets;
  const ticket = {
    ...about,
    probablyOf: isFirst ? null : await probablyOf(trx, vault, reading, about, replyToHash),
  };
  const opened = await openTicketWith(trx, vault, ticket, withMarks(message, marks));
  if (opened) return { ...opened, outcome: "opened" };
  return await storeSameId(trx, vault, mail, reading, message, ticket);
}

/** Programs protect nothing, whoever they write for; what is likely to be one's is, when it answers a mail of ours. */
function isByProgram({ sender }: Understood, place: Place | null): boolean {
  return sender === "automatic" || sender === "bounce" || (sender === "likely automatic" && place !== null);
}

/** The same report once more joins the first one; another one that came with its id is a ticket of its own. */
async function storeSameId(
  trx: Database,
  vault: Vault,
  mail: ClaimedMail,
  { report }: Understood,
  message: Message,
  ticket: NewTicket,
): Promise<Stored> {
  if (!report?.whisperbackId) throw new Error("A ticket without WhisperBack id cannot be there already");
  const { first, sameReport } = await findSameId(trx, vault, report);
  if (sameReport) {
    const marks = ["sent again", "author not proven"];
    return await addTo(trx, vault, mail, message, { ticketId: sameReport, outcome: "sent_again", marks });
  }
  const beside = { ...ticket, sameIdAs: first, recipientOpen: true };
  const opened = await openTicketWith(trx, vault, beside, withMarks(message, [sameIdMark]));
  if (!opened) throw new Error("A ticket that names the one with its id cannot be in its way");
  await tellSameId(trx, opened.ticketId, report.whisperbackId);
  return { ...opened, outcome: "opened" };
}

/** The ticket that a mail answers; null: it opens one; a text: why it becomes no message. */
async function placeOf(
  trx: Database,
  vault: Vault,
  reading: Understood,
  { sameMailOn, ownTicketId }: Earlier,
): Promise<Place | string | null> {
  if (sameMailOn && !reading.report?.whisperbackId) {
    return { ticketId: sameMailOn, outcome: "sent_again", marks: ["sent again", "author not proven"] };
  }
  if (reading.report) return null;

  const answered = await ticketOfReference(trx, vault, reading.references);
  if (reading.sender === "bounce") {
    const returned = await markBounced(trx, vault, reading.bounceOf);
    if (!returned) return "A bounce of a mail that this desk did not send";
    return { ticketId: returned, outcome: "bounce", marks: ["bounce"] };
  }
  if (answered) {
    const marks = sortMarks(reading);
    if (!reading.personId || reading.personId !== answered.personId) marks.push("another address");
    return { ticketId: answered.ticketId, outcome: "added", marks };
  }
  if (ownTicketId && reading.sender !== "automatic")
    return { ticketId: ownTicketId, outcome: "added", marks: [...sortMarks(reading), "author not proven"] };
  return reading.sender === "automatic" ? "Automatic mail that answers nothing this desk wrote" : null;
}

function sortMarks({ sender }: Understood): string[] {
  return sender === "person" ? [] : [sender === "list" ? "list mail" : "automatic mail"];
}

/** A program's wish counts for nothing; a person's holds answers back until somebody chose. */
async function heedWish(
  trx: Database,
  { sender, personId }: Understood,
  wish: Wish,
  { ticketId }: Place,
): Promise<void> {
  if (sender !== "automatic" && sender !== "bounce")
    await askForRecipient(trx, ticketId, { personId, ...wish });
}

/** Keyed hashes of the addresses at which a mail asks for its answers, and one for all of them. */
type Wish = { addressHashes: Buffer[]; replyToHash: Buffer };

function wishOf(vault: Vault, named: NamedAddress[]): Wish | null {
  const addressHashes = asksElsewhere(named).flatMap(({ address }) => hashesOfAddress(vault, address));
  if (addressHashes.length === 0) return null;
  return {
    addressHashes,
    replyToHash: vault.lookUpHash(
      "reply to",
      Buffer.concat(addressHashes.toSorted((one, other) => Buffer.compare(one, other))),
    ),
  };
}

/** The address inside a report is where an answer may go, and proves nothing about who wrote it. */
async function ticketOf(
  trx: Database,
  vault: Vault,
  { key, receivedAt }: ClaimedMail,
  { report, subject, language, personId, from, named }: Understood,
): Promise<NewTicket> {
  const opening = { key, openedAt: receivedAt, subject, language, personProven: false };
  const asked = asksElsewhere(named);
  if (!report) {
    // Whoever wrote by a form on a web site can be answered at the other address alone; the staff say whether they are.
    const [only] = from && takesNoAnswer(from.address) && asked.length === 1 ? asked : [];
    const writer = only ? await personOfAddress(trx, vault, only.address) : personId;
    return { ...opening, channel: "mail", personId: writer, recipientOpen: asked.length > 0 };
  }
  return {
    ...opening,
    channel: "whisperback",
    personId: report.contactAddress ? await personOfAddress(trx, vault, report.contactAddress) : null,
    recipientOpen: asked.length > 0,
    whisperbackId: report.whisperbackId,
    tailsVersion: report.tailsVersion,
    installedVersion: report.installedVersion,
    model: report.model,
    stickHash: report.stickId ? vault.lookUpHash("stick", report.stickId) : null,
  };
}

type Message = Omit<NewMessage, "ticketId" | "createdAt" | "key"> & { marks: string[] };

function messageOf(
  vault: Vault,
  mail: ClaimedMail,
  reading: Understood,
  wish: Wish | null,
  marks: string[],
): Message {
  return {
    kind: "from_user",
    mailId: mail.id,
    personId: reading.personId,
    replyToHash: wish?.replyToHash ?? null,
    messageIdHash: hashOfMessageId(vault, reading.messageId),
    encryption: reading.encryption,
    signature: reading.signature,
    marks: [...reading.marks, ...marks],
    attachments: reading.attachments,
    content: {
      text: reading.text,
      subject: reading.subject,
      from: reading.from,
      ...(reading.named.length > 0 ? { named: reading.named } : {}),
      messageId: reading.messageId,
      date: reading.date,
      warnings: reading.warnings,
      ...(reading.listId ? { listId: reading.listId } : {}),
      crypto: reading.crypto,
      parts: reading.parts,
      segments: reading.segments.length > 0 ? reading.segments : undefined,
      notRead: reading.notRead.length > 0 ? reading.notRead : undefined,
    },
  };
}

function withMarks(message: Message, marks: string[]): Message {
  return { ...message, marks: [...new Set([...marks, ...message.marks])] };
}

async function addTo(
  trx: Database,
  vault: Vault,
  { key, receivedAt }: ClaimedMail,
  message: Message,
  { ticketId, outcome, marks }: Place,
): Promise<Stored> {
  const messageId = await addMessage(trx, vault, {
    ...withMarks(message, marks),
    kind: outcome === "bounce" ? "bounce" : "from_user",
    ticketId,
    key,
    createdAt: receivedAt,
  });
  return { ticketId, messageId, outcome };
}
