import type { AttachedMail } from "../mime/attached-mail.ts";
import { automaticMail, type Sender } from "../mime/automatic-mail.ts";
import { newBudget } from "../mime/budget.ts";
import { isSameAddress } from "../mime/clean-address.ts";
import type { PinnedKey } from "../mime/crypto-summary.ts";
import type { Mail } from "../mime/mail.ts";
import { namedAddresses } from "../mime/named-addresses.ts";
import { whyNoAutomaticAnswer } from "../mime/no-automatic-answer.ts";
import { parseMail } from "../mime/parse-mail.ts";
import { firstHeader } from "../mime/read-headers.ts";
import { readReceipt } from "../mime/read-receipt.ts";
import { returnedIds } from "../mime/returned-mail.ts";
import { showsCryptography } from "../mime/shows-cryptography.ts";
import type { SecretKeys } from "../openpgp/open-secret-keys.ts";
import { textsOfMail } from "../search/texts-of-message.ts";
import { findReportId, recogniseReport } from "../whisperback/recognise-report.ts";
import { detectLanguage } from "./detect-language.ts";
import { readKeysThatCame } from "./keys-that-came.ts";
import { leftClosed } from "./left-closed.ts";
import type { MailReading } from "./mail-reading.ts";
import { type Opened, openMail } from "./open-mail.ts";
import { protectionOf } from "./protection-of.ts";
import { readReportMail } from "./read-report-mail.ts";

/**
 * Reads one mail from its raw bytes: parse, decrypt, recognise a report. Knows no database; never throws. The same raw
 * copy read again with `pinned` keys (confirmed by a person) gives the verdict that these keys allow, and with a `chosen`
 * charset the words that its bytes are in that one.
 */
export async function readMail(
  raw: Uint8Array,
  keys: SecretKeys,
  deskAddress: string,
  pinned: PinnedKey[] = [],
  chosen?: string,
): Promise<MailReading> {
  if (raw.length === 0) return { ok: false, reason: "The mail is empty (0 bytes)" };
  const budget = newBudget();
  const outer = await parseMail(raw, budget, chosen);
  if (!outer.ok) return { ok: false, reason: `The mail ${outer.reason}` };
  if (isFromUs(outer.mail, deskAddress))
    return { ok: false, reason: "It says that this desk itself wrote it: a loop, or a forgery" };

  const opened = await openMail(raw, outer.mail, keys, pinned, outer, budget, chosen);
  if (!opened.ok && isByProgram(automaticMail(outer.mail)))
    return await readOrdinaryMail(raw, outer.mail, await leftClosed(outer, budget), null, deskAddress);
  if (!opened.ok) return notOpened(opened.reason, outer.mail);

  const recognised = recogniseReport({
    subject: outer.mail.subject,
    encrypted: opened.encryption === "encrypted",
    cleartext: opened.cleartext,
  });
  if (recognised.kind !== "mail") {
    return await readReportMail(
      outer.mail,
      opened,
      recognised.id,
      recognised.kind === "hand-saved",
      deskAddress,
    );
  }
  return await readOrdinaryMail(raw, outer.mail, opened, recognised.hint, deskAddress);
}

/**
 * What is remembered of a mail that nothing more is read of than the beginning of its header: something encrypted may have
 * come from whoever sent it. `reason` is for the staff.
 */
export async function setAsideUnread(beginning: Uint8Array, reason: string): Promise<MailReading> {
  const head = await parseMail(headOf(beginning));
  return head.ok ? notOpened(reason, head.mail) : { ok: false, reason };
}

function headOf(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString("latin1");
  return bytes.subarray(0, /\S(?:\r\n\r\n|\n\n|\r\r)/.exec(text)?.index ?? bytes.length);
}

function isFromUs(mail: Mail, deskAddress: string): boolean {
  return mail.from.some(({ address }) => isSameAddress(address, deskAddress));
}

/** The From of a report is the program's, the same for everybody. */
function notOpened(reason: string, { subject, from, references, inReplyTo }: Mail): MailReading {
  const sender = findReportId(subject) === null ? (from[0]?.address ?? null) : null;
  const cryptography = { from: sender, references: [...references, ...inReplyTo] };
  return { ok: false, reason, encryptedBy: sender, cryptography };
}

/** What certainly is no person's: a report about a mail of ours, or an automatic answer. */
/** Each attached mail once, however many pieces it was read in. */
function attachedMails({ segments }: Opened): AttachedMail[] {
  return [...new Set(segments.flatMap(({ attached }) => attached ?? []))];
}

function isByProgram({ sort }: Sender): boolean {
  return sort === "bounce" || sort === "automatic";
}

async function readOrdinaryMail(
  raw: Uint8Array,
  outer: Mail,
  opened: Opened,
  hint: string | null,
  deskAddress: string,
): Promise<MailReading> {
  const sender = automaticMail(outer);
  const returned = isByProgram(sender) ? returnedIds(outer) : [];
  const { subject, text, inner } = opened;
  const answered = [outer, ...(inner ? [inner] : [])].flatMap(({ references, inReplyTo }) => [
    ...references,
    ...inReplyTo,
  ]);
  const came = await readKeysThatCame(opened.keyBlocks);
  // What the opener found counts too: then it is the same for all that it finds, whether it opens or not.
  const found = opened.encryption !== "none" || opened.signature !== "no" || opened.notRead.length > 0;
  return {
    ok: true,
    sender: sender.sort,
    receipt: readReceipt(outer),
    showsCryptography: found || (await showsCryptography(raw, outer)),
    noAutomaticAnswer: whyNoAutomaticAnswer(outer) ?? (hint ? "It looks like a WhisperBack report" : null),
    messageId: outer.messageId,
    references: [...answered, ...returned],
    from: outer.from[0] ?? null,
    named: namedAddresses(outer, { inner, text, attached: attachedMails(opened) }, deskAddress),
    subject,
    date: outer.date?.toISOString() ?? null,
    listId: firstHeader(outer.headers, "list-id"),
    text,
    attachments: opened.attachments,
    parts: opened.parts,
    encryption: opened.encryption,
    signature: opened.signature,
    ...protectionOf(outer, opened),
    language: detectLanguage(text) ?? detectLanguage(subject),
    offeredKeys: came.keys,
    revocations: came.revocations,
    report: null,
    bounceOf: sender.sort === "bounce" ? returned : [],
    searchTexts: textsOfMail({ subject, text, fromName: outer.from[0]?.name ?? "" }, opened.attachments),
    // What a server gives back is ours.
    notRead: sender.sort === "bounce" ? [] : [...opened.notRead, ...came.notRead],
    warnings: [...opened.warnings, ...(hint ? [hint] : [])],
  };
}
