import type { SignatureCheck } from "../openpgp/check-signatures.ts";
import type { DecryptionFailure } from "../openpgp/decrypt.ts";
import { layerOf } from "./crypto-layer.ts";
import { contentOfEntity } from "./entity-content.ts";
import { explainFailure } from "./explain-failure.ts";
import { findKeys, type KeyBlock } from "./find-keys.ts";
import { type HeaderProtection, headerProtection, shownPayload } from "./header-protection.ts";
import type { Attachment, Mail } from "./mail.ts";
import { type Entity, entitiesOf, readTree } from "./mime-tree.ts";
import type { NotRead } from "./not-read.ts";
import { type Layer, openEnvelope, type Tries } from "./open-envelope.ts";
import { openFiles } from "./open-files.ts";
import { openInline } from "./open-inline.ts";
import { parseMail } from "./parse-mail.ts";
import { unwrapList } from "./unwrap-list.ts";

/** A piece of text that is shown apart from the others, because it was protected in another way or not at all. */
export type Segment = { sort: "plain" | "encrypted" | "signed"; text: string };

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
 * Opens an entity and all cryptography in it. Every decrypted part becomes a document of its own, parsed by itself, so
 * that nothing around it can draw its text into something else (EFAIL). `parsed` saves parsing the mail a second time.
 */
export async function openDocument(
  raw: Uint8Array,
  tries: Tries,
  parsed: Mail | null = null,
  depth = 0,
): Promise<Document | NotReadable> {
  const envelope = await openEnvelope(raw, tries);
  if (!envelope.ok) return envelope;
  const { layers } = envelope;
  const protection = layers.length > 0 ? headerProtection(envelope.payload) : null;
  const payload = protection === "wrapped" ? readTree(contentOfEntity(envelope.payload)) : envelope.payload;

  const errant = depth < deepest ? errantParts(payload) : [];
  const openedApart = errant.filter(({ kind }) => kind === "encrypted").map(({ entity }) => entity);
  const shown = shownPayload(payload, openedApart, protection);
  const isUntouched = layers.length === 0 && shown === payload.raw;
  const result = isUntouched && parsed ? { ok: true as const, mail: parsed } : await parseMail(shown);
  if (!result.ok) return { ok: false, reason: { unreadable: result.reason } };

  const document = emptyDocument(layers, result.mail, protection);
  document.errant.push(...new Set(errant.map(({ kind }) => `${kind} part`)));
  for (const entity of openedApart)
    addNested(document, await openDocument(entity.raw, tries, null, depth + 1), entity.raw);
  await addContent(document, payload, tries, depth);
  return layers.some(({ kind }) => kind === "encrypted") ? allEncrypted(document) : document;
}

type Errant = { kind: "encrypted" | "signed" | "S/MIME"; entity: Entity };

/** Cryptography below the payload's own top, or broken at the top: it is opened, and gives no status (RFC 9787 §4.5). */
function errantParts(payload: Entity): Errant[] {
  const found: Errant[] = [];
  for (const entity of entitiesOf(payload)) {
    const { kind } = layerOf(entity);
    if (kind === "S/MIME") found.push({ kind, entity });
    else if (kind !== "none" && entity !== payload) found.push({ kind, entity });
    else if (entity.type === "multipart/signed") found.push({ kind: "signed", entity });
  }
  return found;
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

/** The text of the document itself in front of what was opened apart. */
async function addContent(document: Document, payload: Entity, tries: Tries, depth: number): Promise<void> {
  const content = document.layers.length > 0 ? await unwrapList(document.mail) : document.mail;
  const inline = await openInline(content.text, payload, tries);
  document.segments.unshift(...inline.segments);
  document.inlineChecks.push(...inline.checks);
  document.openedBy.push(...inline.openedBy);
  document.sessionHashes.push(...inline.sessionHashes);
  document.failures.push(...inline.failures);
  document.notRead.push(...inline.failures.map((reason) => notOpened(reason, "text")));
  document.warnings.push(...inline.warnings);
  document.unopened.push(...inline.closed);
  document.isQuoted ||= inline.isQuoted;

  const files = await openFiles(content.attachments, tries);
  document.attachments.push(...files.closed);
  document.decrypted.push(...files.opened);
  document.segments.push(...files.texts.map((text) => ({ sort: "encrypted" as const, text })));
  document.openedBy.push(...files.openedBy);
  document.sessionHashes.push(...files.sessionHashes);
  document.warnings.push(...files.warnings);
  document.errant.push(...files.errant);
  document.notRead.push(...files.notRead);
  for (const bytes of [...inline.mails, ...files.mails])
    addNested(document, await openDocument(bytes, tries, null, depth + 1), bytes, true);

  const text = [...inline.segments.map((segment) => segment.text), ...files.texts].join("\n\n");
  const keys = findKeys({ text, attachments: [...files.closed, ...files.opened] });
  document.keyBlocks.push(...keys.blocks);
  document.notRead.push(...keys.notRead);
}

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
  document.keyBlocks.push(...inside.keyBlocks);
  document.openedBy.push(...inside.openedBy);
  document.sessionHashes.push(...inside.sessionHashes);
  document.unopened.push(...inside.unopened);
  document.failures.push(...inside.failures);
  document.notRead.push(...inside.notRead);
  document.warnings.push(...inside.warnings);
  document.isQuoted ||= inside.isQuoted;
}

/** What stands in an encrypted document was encrypted, all of it. */
function allEncrypted(document: Document): Document {
  return {
    ...document,
    segments: document.segments.map(({ text }) => ({ sort: "encrypted", text })),
    attachments: [],
    decrypted: [...document.attachments, ...document.decrypted],
  };
}
