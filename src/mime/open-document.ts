import { notSigned, type SignatureCheck } from "../openpgp/check-signatures.ts";
import type { DecryptionFailure } from "../openpgp/decrypt.ts";
import { type AttachedMail, headingOf, isAttachedMail } from "./attached-mail.ts";
import { calendarWords, isCalendar } from "./calendar-words.ts";
import { type Contents, isUsualNotice, type Piece } from "./contents.ts";
import { layerOf } from "./crypto-layer.ts";
import { decodeText } from "./decode-text.ts";
import { contentOfEntity } from "./entity-content.ts";
import { explainFailure } from "./explain-failure.ts";
import { findKeys, type KeyBlock } from "./find-keys.ts";
import { type HeaderProtection, headerProtection, shownPayload } from "./header-protection.ts";
import type { Attachment, Mail } from "./mail.ts";
import { type Entity, entitiesOf, readTree } from "./mime-tree.ts";
import type { NotRead } from "./not-read.ts";
import { decryptOnce, type Layer, openEnvelope, type Tries } from "./open-envelope.ts";
import { isBesideCiphertext, openFile } from "./open-file.ts";
import { openInline } from "./open-inline.ts";
import { type Parsed, parseEntity } from "./parse-mail.ts";
import { joinTexts } from "./read-body.ts";
import { readDecrypted } from "./read-decrypted.ts";
import { safeFilename } from "./safe-filename.ts";
import { readSmime, type Smime } from "./smime.ts";
import { readTnef, type Tnef } from "./tnef.ts";
import { unwrapList } from "./unwrap-list.ts";

/**
 * A piece of text that is shown apart from the others, because it was protected in another way or not at all, or stands
 * in a mail that was attached.
 */
export type Segment = { sort: "plain" | "encrypted" | "signed"; text: string; attached?: AttachedMail };

/** One document of a mail, opened: what stands in it, and what stands in the documents inside it. */
export type Document = {
  ok: true;
  layers: Layer[];
  /** What stands inside the envelope. */
  mail: Mail;
  protection: HeaderProtection;
  segments: Segment[];
  /** Attachments that came in clear, and those that were decrypted with the document or apart. */
  attachments: Attachment[];
  decrypted: Attachment[];
  /** Pieces that are nothing but a ciphertext and did not open. */
  unopened: Attachment[];
  keyBlocks: KeyBlock[];
  /** Of inline blocks that are signed. */
  inlineChecks: SignatureCheck[];
  openedBy: string[];
  sessionHashes: string[];
  errant: string[];
  warnings: string[];
  failures: DecryptionFailure[];
  notRead: NotRead[];
  /** Something that was opened stood quoted. */
  isQuoted: boolean;
};

export type NotReadable = { ok: false; reason: DecryptionFailure | { unreadable: string } };

const deepest = 3;

/**
 * Opens an entity and all cryptography in it. Every decrypted part becomes a document of its own, read by itself, so that
 * nothing around it can draw its text into something else (EFAIL). `parsed` saves reading a mail a second time.
 */
export async function openDocument(
  entity: Entity,
  tries: Tries,
  parsed: Parsed | null = null,
  depth = 0,
): Promise<Document | NotReadable> {
  const envelope = await openEnvelope(entity, tries);
  if (!envelope.ok) return envelope;
  const { layers } = envelope;
  const protection = layers.length > 0 ? headerProtection(envelope.payload) : null;
  const payload = protection ? unprotected(envelope.payload, protection) : envelope.payload;
  const result = parsed?.ok && payload === parsed.tree ? parsed : parseEntity(payload);
  if (!result.ok) return { ok: false, reason: { unreadable: result.reason } };

  const document = emptyDocument(layers, result.mail, protection);
  document.errant.push(...errantParts(payload));
  document.warnings.push(...envelope.outside.flatMap(warningAbout));
  const contents = layers.length > 0 ? unwrapList(result.contents) : result.contents;
  await addContents(document, contents, payload, tries, depth);
  return layers.some(({ kind }) => kind === "encrypted") ? allEncrypted(document) : document;
}

/** What a payload shows once the copies for programs without header protection are taken away. */
function unprotected(payload: Entity, protection: HeaderProtection): Entity {
  const whole = protection === "wrapped" ? readTree(contentOfEntity(payload)) : payload;
  const shown = shownPayload(whole);
  return shown === whole.raw ? whole : readTree(shown);
}

/** Cryptography below the payload's own top, or broken at the top: it is opened, and gives no status (RFC 9787 §4.5). */
function errantParts(payload: Entity): string[] {
  const found = new Set<string>();
  for (const entity of entitiesOf(payload)) {
    const { kind } = layerOf(entity);
    if (kind === "S/MIME" || (kind !== "none" && entity !== payload)) found.add(`${kind} part`);
    else if (entity.type === "multipart/signed") found.add("signed part");
  }
  return [...found];
}

/** What stands beside the one part that a signature or an encryption is about is never shown with it. */
function warningAbout(outside: Uint8Array): string[] {
  const { text } = decodeText(outside, undefined);
  const isNothing = text.trim() === "" || isUsualNotice(text);
  return isNothing ? [] : ["words outside of the signed or encrypted part are not shown"];
}

function emptyDocument(layers: Layer[], mail: Mail, protection: HeaderProtection): Document {
  return {
    ok: true,
    layers,
    mail,
    protection,
    segments: [],
    attachments: [],
    decrypted: [],
    unopened: [],
    keyBlocks: [],
    inlineChecks: [],
    openedBy: layers.flatMap(({ openedBy }) => openedBy ?? []),
    sessionHashes: layers.flatMap(({ sessionHash }) => sessionHash ?? []),
    errant: [],
    warnings: [...mail.warnings],
    failures: [],
    notRead: [],
    isQuoted: false,
  };
}

async function addContents(
  document: Document,
  { pieces }: Contents,
  payload: Entity,
  tries: Tries,
  depth: number,
): Promise<void> {
  const returned = partsOfReports(payload);
  const files = pieces.flatMap((piece) => (piece.kind === "file" ? [piece.file] : []));
  for (const piece of pieces) {
    if (piece.kind === "text") await addText(document, piece, tries, depth);
    else if (piece.kind === "ciphertext") await addCiphertext(document, piece, tries, depth);
    else if (isBesideCiphertext(piece.file, files)) continue;
    else if (isAttachedMail(piece) && !returned.has(piece.entity))
      await addAttachedMail(document, piece.file, tries, depth);
    else await addFile(document, piece.file, tries, depth, piece.entity.type);
  }
}

/** A mail that came back in a report of its delivery is not what the sender wrote. */
function partsOfReports(payload: Entity): Set<Entity> {
  const reports = [...entitiesOf(payload)].filter(({ type }) => type === "multipart/report");
  return new Set(reports.flatMap(({ children }) => children));
}

async function addText(
  document: Document,
  piece: Extract<Piece, { kind: "text" }>,
  tries: Tries,
  depth: number,
): Promise<void> {
  const inline = await openInline(piece, tries);
  const where = "text";
  for (const segment of inline.segments) addSegment(document, segment);
  document.inlineChecks.push(...inline.checks);
  addOpened(document, inline);
  document.failures.push(...inline.failures);
  document.notRead.push(...inline.failures.map((reason) => notOpened(reason, where)));
  document.warnings.push(...inline.warnings);
  document.unopened.push(...inline.closed);
  document.decrypted.push(...inline.files);
  document.isQuoted ||= inline.isQuoted;
  for (const bytes of inline.mails)
    addNested(document, await openDocument(readDecrypted(bytes), tries, null, depth + 1), bytes, true);
  const words = inline.segments.map(({ text }) => text).join("\n\n");
  addKeys(document, words, inline.files);
}

function addOpened(
  document: Document,
  { openedBy, sessionHashes }: Pick<Document, "openedBy" | "sessionHashes">,
): void {
  document.openedBy.push(...openedBy);
  document.sessionHashes.push(...sessionHashes);
}

/** Words in clear that stand one below the other are one piece. */
function addSegment({ segments }: Document, segment: Segment): void {
  const last = segments.at(-1);
  if (segment.text.trim() === "") return;
  if (last?.sort === "plain" && segment.sort === "plain" && !last.attached)
    last.text = joinTexts([last.text, segment.text]);
  else segments.push({ ...segment });
}

function addKeys(document: Document, text: string, attachments: Attachment[]): void {
  const { blocks, notRead } = findKeys({ text, attachments });
  document.keyBlocks.push(...blocks);
  document.notRead.push(...notRead);
}

async function addCiphertext(
  document: Document,
  { ciphertext, entity }: Extract<Piece, { kind: "ciphertext" }>,
  tries: Tries,
  depth: number,
): Promise<void> {
  const nested = await openNested(ciphertext, tries, depth);
  addNested(document, nested, entity.raw, true);
}

async function openNested(
  ciphertext: Extract<Piece, { kind: "ciphertext" }>["ciphertext"],
  tries: Tries,
  depth: number,
): Promise<Document | NotReadable> {
  if (depth >= deepest) return { ok: false, reason: "too large" };
  const opened = await decryptOnce(ciphertext, tries);
  if (!opened.ok) return opened;
  const inner = await openDocument(readDecrypted(opened.bytes), tries, null, depth + 1);
  if (inner.ok) addOpened(inner, { openedBy: [opened.openedBy], sessionHashes: [opened.sessionHash] });
  return inner;
}

async function addFile(
  document: Document,
  file: Attachment,
  tries: Tries,
  depth: number,
  type = file.contentType,
): Promise<void> {
  const smime = readSmime(file.bytes);
  const tnef = smime ? null : readTnef(file.bytes);
  if (smime || isNamedSmime(type)) await addSmime(document, file, smime, tries, depth);
  else if (tnef) await addTnef(document, file, tnef, tries, depth);
  else {
    const words = calendarIn(file);
    if (words !== null) addSegment(document, { sort: "plain", text: words });
    await addOtherFile(document, file, tries, depth);
  }
}

function calendarIn({ bytes, contentType }: Attachment): string | null {
  const begin = Buffer.from(bytes.subarray(0, 64))
    .toString("latin1")
    .replace(/^\u00ef\u00bb\u00bf/, "");
  if (!isCalendar(begin) || contentType.startsWith("message/")) return null;
  return calendarWords(decodeText(bytes, "utf-8").text);
}

const isNamedSmime = (type: string) => /^application\/(x-)?pkcs7-mime$/.test(type);

/** What S/MIME encrypted stays closed; what it only signed is shown, without a verdict about the signature. */
async function addSmime(
  document: Document,
  file: Attachment,
  smime: Smime | null,
  tries: Tries,
  depth: number,
): Promise<void> {
  document.attachments.push(file);
  const where = file.filename;
  if (smime?.kind === "encrypted")
    document.notRead.push({
      sort: "S/MIME",
      where,
      why: "it is encrypted with S/MIME, which this desk does not read",
    });
  else if (!smime) document.notRead.push({ sort: "S/MIME", where, why: "it is damaged" });
  if (smime?.kind !== "signed" || !smime.content || depth >= deepest) return;
  document.inlineChecks.push({ ...notSigned, signed: "cannot check", reason: "not supported" });
  const inside = await openDocument(readDecrypted(smime.content), tries, null, depth + 1);
  addNested(document, inside, smime.content);
}

/** What Outlook packed into one file: its words unless the mail says them anyway, and its files. */
async function addTnef(
  document: Document,
  file: Attachment,
  { text, files }: Tnef,
  tries: Tries,
  depth: number,
): Promise<void> {
  const said = withoutSpaces(document.segments.map((segment) => segment.text).join(""));
  if (!said.includes(withoutSpaces(text))) addSegment(document, { sort: "plain", text });
  for (const { name, bytes } of files) {
    const filename = safeFilename(name, "unnamed");
    const inside = { filename, contentType: "application/octet-stream", bytes };
    if (depth < deepest) await addFile(document, inside, tries, depth + 1);
    else document.attachments.push(inside);
  }
  document.attachments.push(file);
}

const withoutSpaces = (text: string) => text.replace(/\s+/g, "");

async function addOtherFile(
  document: Document,
  file: Attachment,
  tries: Tries,
  depth: number,
): Promise<void> {
  const opened = await openFile(file, tries);
  document.attachments.push(...opened.closed);
  document.decrypted.push(...opened.opened);
  document.segments.push(...opened.texts.map((text) => ({ sort: "encrypted" as const, text })));
  addOpened(document, opened);
  document.warnings.push(...opened.warnings);
  document.errant.push(...opened.errant);
  document.notRead.push(...opened.notRead);
  for (const bytes of opened.mails)
    addNested(document, await openDocument(readDecrypted(bytes), tries, null, depth + 1), bytes, true);
  addKeys(document, opened.texts.join("\n\n"), [...opened.closed, ...opened.opened]);
}

/** What an attached mail says stands apart, under its heading; the mail itself stays a file too. */
async function addAttachedMail(
  document: Document,
  file: Attachment,
  tries: Tries,
  depth: number,
): Promise<void> {
  document.attachments.push(file);
  const tooMany = depth >= deepest || tries.mailsLeft <= 0;
  if (tooMany) {
    document.warnings.push("an attached mail was kept as a file and not read inside");
    return;
  }
  tries.mailsLeft -= 1;
  const parsed = parseEntity(() => readTree(file.bytes));
  const inside = parsed.ok ? await openDocument(parsed.tree, tries, parsed, depth + 1) : null;
  if (!parsed.ok || !inside?.ok) {
    const reason = inside && !inside.ok ? inside.reason : null;
    if (typeof reason === "string") document.notRead.push(notOpened(reason, file.filename));
    document.warnings.push(`the attached mail ${file.filename} was not read inside`);
    return;
  }
  addInside(document, inside, headingOf(parsed.mail, inside.mail), file.filename);
}

function addInside(document: Document, inside: Document, attached: AttachedMail, filename: string): void {
  const isEncrypted = inside.layers.some(({ kind }) => kind === "encrypted");
  const texts = inside.segments.length > 0 ? inside.segments : [{ sort: sortOf(isEncrypted), text: "" }];
  document.segments.push(...texts.map((segment) => ({ attached, ...segment })));
  document.attachments.push(...inside.attachments);
  document.decrypted.push(...inside.decrypted);
  document.unopened.push(...inside.unopened);
  document.keyBlocks.push(...inside.keyBlocks);
  addOpened(document, inside);
  const isSigned = inside.layers.some(({ signature }) => signature.signed !== "no");
  if (isSigned || inside.inlineChecks.length > 0) document.errant.push("signed part");
  document.notRead.push(...inside.notRead.map((one) => ({ ...one, where: `${filename}: ${one.where}` })));
  document.warnings.push(...inside.warnings.map((warning) => `in an attached mail: ${warning}`));
  document.isQuoted ||= inside.isQuoted;
}

const sortOf = (isEncrypted: boolean) => (isEncrypted ? ("encrypted" as const) : ("plain" as const));

function notOpened(reason: DecryptionFailure, where: string): NotRead {
  return { sort: "OpenPGP message", where, why: explainFailure(reason) };
}

/** Signatures of a nested document give no status: something else stands beside it. */
function addNested(
  document: Document,
  nested: Document | NotReadable,
  raw: Uint8Array,
  isEncrypted = false,
): void {
  if (!nested.ok) {
    const reason = typeof nested.reason === "string" ? nested.reason : "damaged";
    const filename = "not-opened.eml";
    document.failures.push(reason);
    document.notRead.push(notOpened(reason, filename));
    document.unopened.push({ filename, contentType: "message/rfc822", bytes: raw });
    return;
  }
  const inside = isEncrypted ? allEncrypted(nested) : nested;
  document.segments.push(...inside.segments);
  document.attachments.push(...inside.attachments);
  document.decrypted.push(...inside.decrypted);
  document.unopened.push(...inside.unopened);
  document.keyBlocks.push(...inside.keyBlocks);
  addOpened(document, inside);
  document.failures.push(...inside.failures);
  document.notRead.push(...inside.notRead);
  document.warnings.push(...inside.warnings);
  document.isQuoted ||= inside.isQuoted;
}

/** What stands in an encrypted document was encrypted, all of it. */
function allEncrypted(document: Document): Document {
  return {
    ...document,
    segments: document.segments.map((segment) => ({ ...segment, sort: "encrypted" })),
    attachments: [],
    decrypted: [...document.attachments, ...document.decrypted],
  };
}
