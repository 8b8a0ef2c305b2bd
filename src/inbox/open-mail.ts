import { autocryptKey } from "../mime/autocrypt.ts";
import { type Budget, filesOfRests, newBudget, warningsOfRests } from "../mime/budget.ts";
import { isSameAddress } from "../mime/clean-address.ts";
import { type CryptoSummary, type PinnedKey, summarise } from "../mime/crypto-summary.ts";
import { explainFailure } from "../mime/explain-failure.ts";
import { findUnread } from "../mime/find-unread.ts";
import { type ListOfParts, listParts } from "../mime/list-parts.ts";
import type { Attachment, Mail } from "../mime/mail.ts";
import type { Entity } from "../mime/mime-tree.ts";
import type { NotRead } from "../mime/not-read.ts";
import { type Document, openDocument, type Segment } from "../mime/open-document.ts";
import type { Tries } from "../mime/open-envelope.ts";
import { type Parsed, parseMail } from "../mime/parse-mail.ts";
import { mailPart } from "../mime/read-part.ts";
import type { SecretKeys } from "../openpgp/open-secret-keys.ts";

import { notOpenedReason } from "./not-opened-reason.ts";

export type OfferedBlock = { source: "text" | "attachment" | "autocrypt"; where: string; block: string };

/** What a mail says once it is open. `cleartext` is the encrypted part alone, or the whole text of a mail in clear. */
export type Opened = {
  ok: true;
  subject: string;
  text: string;
  /** The same text in the pieces that are shown apart; one piece for most mails. */
  segments: Segment[];
  cleartext: string;
  /** The mail inside the encryption or the signature, where its header fields count; null: those outside do. */
  inner: Mail | null;
  attachments: Attachment[];
  /** How it was read, part by part. */
  parts: ListOfParts;
  keyBlocks: OfferedBlock[];
  encryption: "none" | "encrypted";
  signature: "no" | "cannot check" | "bad" | "good";
  crypto: CryptoSummary;
  /** One for each ciphertext in the mail, the same for every copy of it. */
  sessionHashes: string[];
  marks: string[];
  /** What looks encrypted, or like a key, and could not be read. */
  notRead: NotRead[];
  warnings: string[];
};

export type NotOpened = { ok: false; reason: string };

const mostTries = 8;
const mostBytes = 50 * 1024 * 1024;
const mostAttachedMails = 20;

/**
 * Opens a mail: decrypts what is encrypted, wherever it stands, and judges all of it once. `pinned` are keys that a
 * staff member confirmed; what a mail brings with it is never among them. What does not open has a reason for the staff.
 * `parsed` saves reading its parts a second time; `budget` is what that has left over; `chosen` is a charset that a person
 * chose for its words.
 */
export async function openMail(
  raw: Uint8Array,
  mail: Mail,
  keys: SecretKeys,
  pinned: PinnedKey[] = [],
  parsed: Parsed | null = null,
  budget: Budget = newBudget(),
  chosen?: string,
): Promise<Opened | NotOpened> {
  const result = parsed ?? (await parseMail(raw, budget, chosen));
  if (!result.ok) return { ok: false, reason: `The mail ${result.reason}` };
  const verifyWith = pinned.map(({ armored }) => armored);
  const tries: Tries = {
    keys,
    verifyWith,
    left: mostTries,
    bytesLeft: mostBytes,
    mailsLeft: mostAttachedMails,
    chosen,
    budget,
  };
  const document = await openDocument(result.tree, tries, result);
  if (!document.ok) return notOpened(document.reason);
  const [failure] = document.failures;
  if (failure && document.openedBy.length === 0 && clearParts(document) === 0) return notOpened(failure);

  const encryption = encryptionOf(document);
  const inner = isTrusted(document) ? document.mail : null;
  const crypto = await summarise({
    outer: mail,
    inner,
    layers: document.layers,
    inline: { checks: document.inlineChecks, wholeMail: isOneBlock(document) },
    openedInside:
      document.openedBy.length > document.layers.filter(({ kind }) => kind === "encrypted").length,
    encryption,
    encryptedTo: [...new Set(document.openedBy)],
    errant: [...new Set(document.errant)],
    pinned,
  });
  const texts = document.segments.filter(({ text, attached }) => text.trim() !== "" || attached);
  const own = texts.filter(({ attached }) => !attached);
  const encrypted = own.filter(({ sort }) => sort === "encrypted");
  const rests = filesOfRests(budget);
  const keyBlocks = offeredBy(mail, document);
  const attachments = [...document.decrypted, ...document.attachments, ...document.unopened, ...rests];
  return {
    ok: true,
    subject: inner?.subject || mail.subject,
    text: joined(texts),
    segments: texts,
    cleartext: joined(encrypted.length > 0 ? encrypted : own),
    inner,
    attachments,
    parts: listParts(mailPart(result.tree, document.part, rests), attachments),
    keyBlocks,
    encryption: encryption === "none" ? "none" : "encrypted",
    signature: crypto.signature,
    crypto,
    sessionHashes: [...new Set(document.sessionHashes)],
    marks: marksOf(document, encryption),
    notRead: [...document.notRead, ...unrecognised(document, keyBlocks, result.tree)],
    warnings: [...warningsOf(mail, document, inner, encryption), ...warningsOfRests(budget)],
  };
}

/** All texts as one, those of attached mails under their heading. */
function joined(segments: Segment[]): string {
  return segments
    .map(({ text, attached }) => (attached ? [...headingLines(attached), text].join("\n") : text))
    .join("\n\n");
}

function headingLines({ subject, from, date }: NonNullable<Segment["attached"]>): string[] {
  return [subject, [from, date?.slice(0, 10)].filter(Boolean).join(", ")].filter((line) => line !== "");
}

/** Keys and signatures beside an encrypted text hide nothing from anybody. */
function clearParts({ segments, attachments }: Document): number {
  const texts = segments.filter(({ sort, text }) => sort !== "encrypted" && text.trim() !== "");
  const files = attachments.filter(
    ({ contentType }) => !/^application\/(pgp-(keys|signature)|(x-)?pkcs7-signature)$/.test(contentType),
  );
  return texts.length + files.length;
}

function encryptionOf(document: Document): CryptoSummary["encryption"] {
  if (document.layers.some(({ kind }) => kind === "encrypted")) return "encrypted";
  if (document.openedBy.length === 0) return "none";
  return clearParts(document) > 0 ? "partly" : "encrypted";
}

/** The headers inside count when they are protected, and came encrypted or under a good signature (RFC 9788 §4.2). */
function isTrusted({ protection, layers }: Document): boolean {
  const isProtected = layers.some(
    ({ kind, signature }) => kind === "encrypted" || signature.signed === "good",
  );
  return protection !== null && isProtected;
}

/** Whether an inline block is all that is shown: then its signature covers the mail. */
function isOneBlock({ segments, attachments, decrypted, unopened, inlineChecks }: Document): boolean {
  const shown = segments.filter(({ text }) => text.trim() !== "");
  const files = attachments.length + decrypted.length + unopened.length;
  return shown.length === 1 && shown[0]?.sort !== "plain" && inlineChecks.length === 1 && files === 0;
}

/**
 * A ciphertext with something in clear beside it, with another ciphertext, or in a quotation, may be somebody else's that
 * was put there to be answered: its text is then never quoted.
 */
function marksOf(document: Document, encryption: CryptoSummary["encryption"]): string[] {
  const texts = document.segments.filter(({ sort }) => sort === "encrypted").length;
  const isPartly = encryption === "partly";
  const hasMore = hasMoreCiphertexts(document);
  const isCopied = texts > 0 && (isPartly || document.isQuoted || (hasMore && texts > 1));
  return [
    ...(isPartly ? ["partly encrypted"] : []),
    ...(hasMore ? ["more than one ciphertext"] : []),
    ...(isCopied ? ["copied ciphertext"] : []),
  ];
}

/** The copies of one ciphertext are one. */
function hasMoreCiphertexts({ sessionHashes, unopened }: Document): boolean {
  return new Set(sessionHashes).size + (sessionHashes.length > 0 ? unopened.length : 0) > 1;
}

function warningsOf(
  mail: Mail,
  document: Document,
  inner: Mail | null,
  encryption: CryptoSummary["encryption"],
): string[] {
  const warnings = [...mail.warnings, ...document.warnings];
  if (hasMoreCiphertexts(document))
    warnings.push("the mail holds more than one ciphertext, which may come from different people");
  if (encryption === "partly") warnings.push("parts that are not encrypted stand beside the encrypted one");
  if (document.errant.includes("S/MIME part"))
    warnings.push("parts signed or encrypted with S/MIME were kept as files and not opened");
  if (document.errant.includes("signed part"))
    warnings.push("a signature stands in an odd place of the mail and was not counted");
  if (document.failures.length > 0) warnings.push("a part is encrypted and was not opened");
  const [claimed, inside] = [mail.from[0]?.address, inner?.from[0]?.address];
  if (claimed && inside && !isSameAddress(claimed, inside))
    warnings.push("the sender inside the protected headers is another one");
  return [...new Set(warnings)];
}

function offeredBy(mail: Mail, document: Document): OfferedBlock[] {
  const header = autocryptKey(mail);
  return [
    ...document.keyBlocks,
    ...(header ? [{ source: "autocrypt" as const, where: "Autocrypt", block: header }] : []),
  ];
}

/** Of sorts of which nothing was found, opened or named otherwise: what only looks like them. */
function unrecognised(document: Document, keyBlocks: OfferedBlock[], tree: Entity): NotRead[] {
  const sorts = new Set(document.notRead.map(({ sort }) => sort));
  const hasKeys = keyBlocks.length > 0 || sorts.has("key");
  const hasMessages = document.openedBy.length > 0 || sorts.has("OpenPGP message");
  return findUnread(tree).filter(({ sort }) =>
    sort === "key" ? !hasKeys : sort === "S/MIME" ? !sorts.has(sort) : !hasMessages,
  );
}

type Unreadable = Extract<Awaited<ReturnType<typeof openDocument>>, { ok: false }>["reason"];

function notOpened(reason: Unreadable): NotOpened {
  if (typeof reason !== "string") return { ok: false, reason: `The encrypted part ${reason.unreadable}` };
  return { ok: false, reason: `${notOpenedReason}: ${explainFailure(reason)}` };
}
