import { notSigned, type SignatureCheck } from "../openpgp/check-signatures.ts";
import type { DecryptionFailure } from "../openpgp/decrypt.ts";
import { type AttachedMail, headingOf, isAttachedMail } from "./attached-mail.ts";
import type { Budget } from "./budget.ts";
import { calendarWords, isCalendar } from "./calendar-words.ts";
import type { Contents, Piece } from "./contents.ts";
import { layerOf } from "./crypto-layer.ts";
import { decodeText } from "./decode-text.ts";
import { contentOfEntity } from "./entity-content.ts";
import { explainFailure } from "./explain-failure.ts";
import { type FoundKeys, findKeys, type KeyBlock } from "./find-keys.ts";
import { type HeaderProtection, headerProtection, shownPayload } from "./header-protection.ts";
import { partBesideLayer, partOfLayer } from "./layer-part.ts";
import type { Attachment, Mail } from "./mail.ts";
import { type Entity, entitiesOf, readTree } from "./mime-tree.ts";
import type { NotRead } from "./not-read.ts";
import { decryptOnce, type Envelope, type Layer, openEnvelope, type Tries } from "./open-envelope.ts";
import { isBesideCiphertext, type OpenedFile, openFile } from "./open-file.ts";
import { openInline } from "./open-inline.ts";
import { type Parsed, parseEntity } from "./parse-mail.ts";
import { rawMail } from "./raw-mail.ts";
import { joinTexts } from "./read-body.ts";
import { readDecrypted } from "./read-decrypted.ts";
import { filePiece, headerPart, type ReadPart, readPart, readPiece } from "./read-part.ts";
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
  /** All of it, layer by layer and part by part, with what became of each. */
  part: ReadPart;
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
  const shown = protection ? unprotected(envelope.payload, protection, tries.budget) : null;
  const payload = shown?.entity ?? envelope.payload;
  const result = parsed?.ok && payload === parsed.tree ? parsed : parseEntity(payload, tries.chosen);
  if (!result.ok) return { ok: false, reason: { unreadable: result.reason } };

  if (shown) tellCopies(payload, shown.copies, result.contents);
  const contents =
    layers.length > 0 ? unwrapList(result.contents, tries.budget, tries.chosen) : result.contents;
  const part = partOfEnvelope(envelope, protectedPart(envelope.payload, payload, protection, contents.part));
  const document = emptyDocument(part, layers, result.mail, protection);
  document.errant.push(...errantParts(payload));
  document.warnings.push(...envelope.outside.flatMap(warningAbout));
  await addContents(document, contents, payload, tries, depth);
  return layers.some(({ kind }) => kind === "encrypted") ? allEncrypted(document) : document;
}

/** What was decrypted, or taken out of an envelope, as a document of its own, one level deeper. */
async function openInside(bytes: Uint8Array, tries: Tries, depth: number): Promise<Document | NotReadable> {
  return await openDocument(readDecrypted(bytes, tries.budget), tries, null, depth + 1);
}

/** What a payload shows once the copies for programs without header protection are taken away, and where they stood. */
function unprotected(
  payload: Entity,
  protection: HeaderProtection,
  budget: Budget,
): { entity: Entity; copies: number[] } {
  const whole = protection === "wrapped" ? readTree(contentOfEntity(payload), budget) : payload;
  const { raw, copies } = shownPayload(whole);
  return { entity: raw === whole.raw ? whole : readTree(raw, budget), copies };
}

/** A copy of the header fields is named where it stood. */
function tellCopies(payload: Entity, copies: number[], { pieces }: Contents): void {
  if (copies.length === 0) return;
  const entities = [...entitiesOf(payload)];
  const edited = new Set(copies.map((place) => entities[place]));
  for (const { entity, part } of pieces) {
    if (!edited.has(entity)) continue;
    part.why = "without the copy of the header that stood in it";
    if (part.became === "empty")
      Object.assign(part, { became: "left out", why: "it is a copy of the header" });
  }
}

function protectedPart(
  asItCame: Entity,
  payload: Entity,
  protection: HeaderProtection,
  part: ReadPart,
): ReadPart {
  if (!protection) return part;
  const header = headerPart(payload, "it counts in place of the one outside");
  if (protection === "wrapped") return readPart(asItCame, "read inside", { inside: [header, part] });
  part.inside.unshift(header);
  return part;
}

function partOfEnvelope({ opened }: Extract<Envelope, { ok: true }>, payload: ReadPart): ReadPart {
  return opened.reduceRight((inner, { entity, layer }) => partOfLayer(entity, layer, inner).part, payload);
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

function warningAbout(outside: Uint8Array): string[] {
  const isLeftOut = partBesideLayer(outside)?.became === "left out";
  return isLeftOut ? ["words outside of the signed or encrypted part are not shown"] : [];
}

function emptyDocument(part: ReadPart, layers: Layer[], mail: Mail, protection: HeaderProtection): Document {
  return {
    ok: true,
    part,
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
    else if (isBesideCiphertext(piece.file, files)) piece.part.became = "control part";
    else if (isAttachedMail(piece) && !returned.has(piece.entity))
      await addAttachedMail(document, piece, tries, depth);
    else await addFile(document, piece, tries, depth, piece.entity.type);
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
  piece.part.inside.push(...inline.parts);
  for (const { bytes, part } of inline.mails) {
    const inside = await openInside(bytes, tries, depth);
    addNested(document, part, inside, bytes, true);
  }
  const words = inline.segments.map(({ text }) => text).join("\n\n");
  const { blocks } = addKeys(document, words, inline.files);
  for (const { source, block } of blocks)
    if (source === "text") piece.part.inside.push(readPiece("OpenPGP key in the text", block.length, "key"));
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

function addKeys(document: Document, text: string, attachments: Attachment[]): FoundKeys {
  const found = findKeys({ text, attachments });
  document.keyBlocks.push(...found.blocks);
  document.notRead.push(...found.notRead);
  return found;
}

async function addCiphertext(
  document: Document,
  { ciphertext, entity, part }: Extract<Piece, { kind: "ciphertext" }>,
  tries: Tries,
  depth: number,
): Promise<void> {
  const nested = await openNested(ciphertext, tries, depth);
  addNested(document, part, nested, entity.raw, true);
}

async function openNested(
  ciphertext: Extract<Piece, { kind: "ciphertext" }>["ciphertext"],
  tries: Tries,
  depth: number,
): Promise<Document | NotReadable> {
  if (depth >= deepest) return { ok: false, reason: "too large" };
  const opened = await decryptOnce(ciphertext, tries);
  if (!opened.ok) return opened;
  const inner = await openInside(opened.bytes, tries, depth);
  if (inner.ok) addOpened(inner, { openedBy: [opened.openedBy], sessionHashes: [opened.sessionHash] });
  return inner;
}

type FilePiece = { file: Attachment; part: ReadPart };

async function addFile(
  document: Document,
  { file, part }: FilePiece,
  tries: Tries,
  depth: number,
  type = file.contentType,
): Promise<void> {
  const smime = readSmime(file.bytes);
  const tnef = smime ? null : readTnef(file.bytes);
  if (isSignature(type)) part.became = "signature";
  if (smime || isNamedSmime(type)) await addSmime(document, { file, part }, smime, tries, depth);
  else if (tnef) await addTnef(document, { file, part }, tnef, tries, depth);
  else {
    const words = calendarIn(file);
    if (words !== null) {
      addSegment(document, { sort: "plain", text: words });
      part.why = "its words are shown too";
    }
    await addOtherFile(document, { file, part }, tries, depth);
  }
}

const isSignature = (type: string) => /^application\/(pgp-signature|(x-)?pkcs7-signature)$/.test(type);

function calendarIn({ bytes, contentType }: Attachment): string | null {
  const begin = Buffer.from(bytes.subarray(0, 64))
    .toString("latin1")
    .replace(/^\u00ef\u00bb\u00bf/, "");
  if (!isCalendar(begin) || contentType.startsWith("message/")) return null;
  return calendarWords(decodeText(bytes, "utf-8").text);
}

const isNamedSmime = (type: string) => /^application\/(x-)?pkcs7-mime$/.test(type);

/** What S/MIME encrypted stays closed; what it only signed or compressed is shown, without a verdict about the signature. */
async function addSmime(
  document: Document,
  { file, part }: FilePiece,
  smime: Smime | null,
  tries: Tries,
  depth: number,
): Promise<void> {
  document.attachments.push(file);
  const where = file.filename;
  const why = whyClosed(smime);
  if (why) {
    document.notRead.push({ sort: "S/MIME", where, why });
    Object.assign(part, { became: "not opened", why });
  }
  if (!smime || !("content" in smime) || !smime.content) return;
  if (depth >= deepest) {
    part.why = "it stands too deep to be read inside";
    return;
  }
  if (smime.kind === "signed")
    document.inlineChecks.push({ ...notSigned, signed: "cannot check", reason: "not supported" });
  part.became = "read inside";
  const inside = await openInside(smime.content, tries, depth);
  addNested(document, part, inside, smime.content);
}

function whyClosed(smime: Smime | null): string | null {
  if (!smime || (smime.kind === "compressed" && !smime.content)) return "it is damaged";
  return smime.kind === "encrypted" ? "it is encrypted with S/MIME, which this desk does not read" : null;
}

/** What Outlook packed into one file: its words unless the mail says them anyway, and its files. */
async function addTnef(
  document: Document,
  { file, part }: FilePiece,
  { text, files }: Tnef,
  tries: Tries,
  depth: number,
): Promise<void> {
  const said = withoutSpaces(document.segments.map((segment) => segment.text).join(""));
  const isSaid = said.includes(withoutSpaces(text));
  if (!isSaid) addSegment(document, { sort: "plain", text });
  part.became = "read inside";
  if (text.trim() !== "")
    part.inside.push(readPiece("words in it", text.length, isSaid ? "another form" : "text"));
  for (const { name, bytes } of files) {
    const filename = safeFilename(name, "unnamed");
    const inside = { filename, contentType: "application/octet-stream", bytes };
    const piece = filePiece("file in it", inside);
    part.inside.push(piece);
    if (depth < deepest) await addFile(document, { file: inside, part: piece }, tries, depth + 1);
    else document.attachments.push(inside);
  }
  document.attachments.push(file);
}

const withoutSpaces = (text: string) => text.replace(/\s+/g, "");

async function addOtherFile(
  document: Document,
  { file, part }: FilePiece,
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
  tellOpened(part, file, opened);
  for (const bytes of opened.mails) {
    const inside = await openInside(bytes, tries, depth);
    addNested(document, part, inside, bytes, true);
  }
  const keys = addKeys(document, opened.texts.join("\n\n"), [...opened.closed, ...opened.opened]);
  if (part.became !== "file") return;
  if (keys.blocks.length > 0) part.became = "key";
  const [unread] = keys.notRead;
  if (unread) part.why = unread.why;
}

/** What became of a file that is a ciphertext, or only signed. */
function tellOpened(part: ReadPart, file: Attachment, opened: OpenedFile): void {
  const [unread] = opened.notRead;
  const files = [...opened.closed, ...opened.opened].filter((one) => one !== file);
  if (unread) Object.assign(part, { became: "not opened", why: unread.why });
  else if (files.length + opened.texts.length + opened.mails.length > 0) part.became = "opened";
  part.inside.push(
    ...opened.texts.map((text) => readPiece("words in it", text.length, "text")),
    ...files.map((one) => filePiece("file in it", one)),
  );
}

/** What an attached mail says stands apart, under its heading; the mail itself stays a file too. */
async function addAttachedMail(
  document: Document,
  { file, part }: FilePiece,
  tries: Tries,
  depth: number,
): Promise<void> {
  document.attachments.push(file);
  const tooMany = depth >= deepest || tries.mailsLeft <= 0;
  if (tooMany) {
    document.warnings.push("an attached mail was kept as a file and not read inside");
    part.why = "an attached mail that was not read inside: it stands too deep, or there are too many";
    return;
  }
  tries.mailsLeft -= 1;
  const parsed = parseEntity(() => readTree(rawMail(file.bytes), tries.budget), tries.chosen);
  const inside = parsed.ok ? await openDocument(parsed.tree, tries, parsed, depth + 1) : null;
  if (!parsed.ok || !inside?.ok) {
    const reason = inside && !inside.ok ? inside.reason : null;
    if (typeof reason === "string") document.notRead.push(notOpened(reason, file.filename));
    document.warnings.push(`the attached mail ${file.filename} was not read inside`);
    const why = typeof reason === "string" ? explainFailure(reason) : "it cannot be read";
    Object.assign(part, { became: typeof reason === "string" ? "not opened" : "file", why });
    return;
  }
  part.became = "read inside";
  part.inside.push(headerPart(parsed.tree), inside.part);
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

function notOpened(reason: NotReadable["reason"], where: string): NotRead {
  const why = typeof reason === "string" ? explainFailure(reason) : `what is inside ${reason.unreadable}`;
  return { sort: "OpenPGP message", where, why };
}

/** Signatures of a nested document give no status: something else stands beside it. `part` is what held it. */
function addNested(
  document: Document,
  part: ReadPart,
  nested: Document | NotReadable,
  raw: Uint8Array,
  isEncrypted = false,
): void {
  if (!nested.ok) {
    const { reason } = nested;
    const file = { filename: "not-opened.eml", contentType: "message/rfc822", bytes: raw };
    const unread = notOpened(reason, file.filename);
    document.failures.push(typeof reason === "string" ? reason : "too large");
    document.notRead.push(unread);
    document.unopened.push(file);
    Object.assign(part, { became: "not opened", why: unread.why, name: file.filename, file });
    return;
  }
  if (part.became === "not opened") part.became = "opened";
  part.inside.push(nested.part);
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
