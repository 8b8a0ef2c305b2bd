import type { Database } from "../database.ts";
import { CannotLeave, queueMail } from "../outbox/queue-mail.ts";
import { recipientOf } from "../outbox/recipient.ts";
import { claimAcknowledgement } from "../people/claim-acknowledgement.ts";
import { addMessage } from "../tickets/add-message.ts";
import type { SealingKey } from "../vault/sealing-keys.ts";
import type { Vault } from "../vault/vault.ts";
import { language as nameOf } from "../web/format.ts";
import { domainHashOf, whyOverLimit } from "./limits.ts";
import { type OpeningMail, whyNotAcknowledged } from "./rules.ts";
import { acknowledgementText, fillAcknowledgement, refusedPlaceholders, type Signature } from "./text.ts";

export type OpenedTicket = OpeningMail & { ticketId: string; key: SealingKey; messageId: string | null };

/**
 * Acknowledges the mail that has just opened a ticket, if its queue does that and nothing speaks against it, or notes the
 * reason. Last in the transaction of the ticket, in a savepoint of its own: whatever fails here stops no ticket.
 */
export async function acknowledge(
  trx: Database,
  vault: Vault,
  desk: Signature,
  mail: OpenedTicket,
): Promise<void> {
  const setting = await settingOf(trx, mail.ticketId);
  if (!setting) return;
  try {
    await trx.transaction((inner) => sendOrKeep(inner, vault, desk, mail, setting));
  } catch (error) {
    await trx.transaction((inner) => keep(inner, mail, setting, wordsOf(error))).catch(ignored);
  }
}

type Setting = {
  queue_id: string;
  template_id: string;
  changed_by: string;
  language: string | null;
  now: Date;
  /** When the desk first opened its mailbox, in whole seconds as the mail server tells when a mail came. */
  desk_since: Date | null;
};

async function settingOf(trx: Database, ticketId: string): Promise<Setting | undefined> {
  return await trx("tickets")
    .join("acknowledgement_settings as setting", "setting.queue_id", "tickets.queue_id")
    .where({ "tickets.id": ticketId, is_on: true })
    .first<Setting>(
      "setting.queue_id",
      "template_id",
      "changed_by",
      "tickets.language",
      trx.raw("now() as now"),
      trx.raw("(select date_trunc('second', min(created_at)) from mailboxes) as desk_since"),
    );
}

async function sendOrKeep(
  trx: Database,
  vault: Vault,
  desk: Signature,
  mail: OpenedTicket,
  setting: Setting,
): Promise<void> {
  const reason =
    whyNotAcknowledged(mail, setting.now, setting.desk_since) ?? (await whyNeedsKey(trx, vault, mail));
  if (reason) return await keep(trx, mail, setting, reason);
  const text = await acknowledgementText(trx, setting.queue_id, setting.language);
  const problem = problemOf(text);
  if (!text || problem) return await keep(trx, mail, setting, problem ?? "");
  // Last but the door of the outbox, which may refuse it and so gives the claim back: it may wait for another worker.
  if (!mail.personId || !(await claimAcknowledgement(trx, mail.personId))) {
    return await keep(trx, mail, setting, "This address got one less than 7 days ago");
  }
  const over = mail.address ? await whyOverLimit(trx, vault, mail.address) : null;
  if (over) throw new KeptBack(over);
  await send(trx, vault, desk, mail, setting, text);
}

/** Nobody but the staff could make an earlier ciphertext and this one differ in what follows: a key that they confirmed. */
async function whyNeedsKey(trx: Database, vault: Vault, mail: OpenedTicket): Promise<string | null> {
  const person = await trx("people").where({ id: mail.personId }).first("showed_cryptography_at");
  if (!person?.showed_cryptography_at) return null;
  const recipient = await recipientOf(trx, vault, mail.ticketId);
  return recipient?.confirmed
    ? null
    : "OpenPGP or S/MIME came from this address, and no key of it is confirmed";
}

/** The answer may have been changed since it was chosen. */
function problemOf(text: { language: string; body: string } | undefined): string | null {
  if (!text) return "The answer is retired, or no text of it is approved";
  const names = refusedPlaceholders(text.body).map((name) => `{{${name}}}`);
  if (names.length === 0) return null;
  return `The answer in ${nameOf(text.language)} asks for ${names.join(", ")}, which no acknowledgement fills`;
}

async function send(
  trx: Database,
  vault: Vault,
  desk: Signature,
  mail: OpenedTicket,
  setting: Setting,
  { body, language }: { body: string; language: string },
): Promise<void> {
  const { ticketId, key } = mail;
  const content = {
    text: fillAcknowledgement(body, ticketId, desk).text,
    warnings: fallBack(setting, language),
  };
  const messageId = await addMessage(trx, vault, { ticketId, key, kind: "acknowledgement", content });
  await queueMail(trx, vault, {
    ticketId,
    messageId,
    key,
    subject: "",
    text: content.text,
    language,
    inReplyTo: mail.messageId,
    references: mail.messageId ? [mail.messageId] : [],
    // Who turned it on agreed for every such mail: the text is the same for all and says nothing of anybody.
    clearAgreedBy: setting.changed_by,
    automatic: true,
  });
  const domainHash = domainHashOf(vault, mail.address ?? "");
  const row = { ...rowOf(mail, setting), message_id: messageId, language, domain_hash: domainHash };
  await trx("acknowledgements").insert(row);
}

function fallBack(setting: Setting, language: string): string[] {
  if (setting.language === language) return [];
  const wanted = setting.language
    ? `The answer has no text in ${nameOf(setting.language)}`
    : "The language of the mail is not known";
  return [`${wanted}: it went in ${nameOf(language)}`];
}

async function keep(trx: Database, mail: OpenedTicket, setting: Setting, reason: string): Promise<void> {
  await trx("acknowledgements").insert({ ...rowOf(mail, setting), reason });
}

function rowOf(mail: OpenedTicket, { queue_id, template_id, language }: Setting) {
  return { queue_id, ticket_id: mail.ticketId, template_id, mail_language: language };
}

/** Kept back after the claim of the 7 days, which is then given back: the next mail may get one. */
class KeptBack extends Error {}

/** An error of the database may hold values, so only its code goes on. */
function wordsOf(error: unknown): string {
  if (error instanceof CannotLeave || error instanceof KeptBack) return error.message;
  const code = error instanceof Error && "code" in error ? String(error.code) : "error of the program";
  return `It could not be written (${code})`;
}

/** Not even the reason can be stored: the ticket is opened all the same. */
function ignored(): void {}
