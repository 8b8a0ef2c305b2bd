import type { SignatureCheck } from "../openpgp/check-signatures.ts";
import type { DecryptionFailure } from "../openpgp/decrypt.ts";
import { layerOf } from "./crypto-layer.ts";
import { contentOfEntity } from "./entity-content.ts";
import { type KeyBlock, keyBlocksOf } from "./find-keys.ts";
import { findPgp } from "./find-pgp.ts";
import { type HeaderProtection, headerProtection, shownPayload } from "./header-protection.ts";
import type { Attachment, Mail } from "./mail.ts";
import { type Entity, entitiesOf, readTree } from "./mime-tree.ts";
import { decryptOnce, type Layer, openEnvelope, type Tries } from "./open-envelope.ts";
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
  keyBlocks: KeyBlock[];
  /** Of inline blocks that are signed. */
  inlineChecks: SignatureCheck[];
  openedBy: string[];
  sessionHashes: string[];
  errant: string[];
  warnings: string[];
  failures: DecryptionFailure[];
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
    addNested(document, await openDocument(entity.raw, tries, null, depth + 1));
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
    keyBlocks: [],
    inlineChecks: [],
    openedBy: layers.flatMap(({ openedBy }) => openedBy ?? []),
    sessionHashes: layers.flatMap(({ sessionHash }) => sessionHash ?? []),
    errant: [],
    warnings: [...mail.warnings],
    failures: [],
  };
}

/** The text of the document itself in front of what was opened apart. */
async function addContent(document: Document, payload: Entity, tries: Tries, depth: number): Promise<void> {
  const content = document.layers.length > 0 ? await unwrapList(document.mail) : document.mail;
  const place = findPgp(content);
  let { attachments } = content;
  if (place.kind === "pgp-mime" && depth < deepest) {
    attachments = attachments.filter((one) => !place.wrapping.includes(one));
    document.errant.push("encrypted part");
    addNested(document, await openNested(place.ciphertext, tries, depth));
  }
  const inline = await openInline(content.text, payload, tries);
  document.segments.unshift(...inline.segments);
  document.inlineChecks.push(...inline.checks);
  document.openedBy.push(...inline.openedBy);
  document.sessionHashes.push(...inline.sessionHashes);
  document.failures.push(...inline.failures);
  document.warnings.push(...inline.warnings);

  const files = await openFiles(attachments, tries);
  document.attachments.push(...files.closed, ...inline.closed);
  document.decrypted.push(...files.opened);
  document.openedBy.push(...files.openedBy);
  document.sessionHashes.push(...files.sessionHashes);
  document.warnings.push(...files.warnings);
  document.errant.push(...files.errant);
  for (const bytes of files.mails)
    addNested(document, await openDocument(bytes, tries, null, depth + 1), true);

  const texts = inline.segments.map(({ text }) => text).join("\n\n");
  document.keyBlocks.push(...keyBlocksOf({ text: texts, attachments: files.closed }));
}

async function openNested(
  ciphertext: Uint8Array,
  tries: Tries,
  depth: number,
): Promise<Document | NotReadable> {
  const opened = await decryptOnce(ciphertext, tries);
  if (!opened.ok) return opened;
  const inner = await openDocument(opened.bytes, tries, null, depth + 1);
  if (!inner.ok) return inner;
  const { openedBy, sessionHash } = opened;
  inner.openedBy.push(openedBy);
  inner.sessionHashes.push(sessionHash);
  return allEncrypted(inner);
}

/** Signatures of a nested document give no status: something else stands beside it. */
function addNested(document: Document, nested: Document | NotReadable, isEncrypted = false): void {
  if (!nested.ok) {
    document.failures.push(typeof nested.reason === "string" ? nested.reason : "damaged");
    return;
  }
  const inside = isEncrypted ? allEncrypted(nested) : nested;
  document.segments.push(...inside.segments);
  document.attachments.push(...inside.attachments);
  document.decrypted.push(...inside.decrypted);
  document.keyBlocks.push(...inside.keyBlocks);
  document.openedBy.push(...inside.openedBy);
  document.sessionHashes.push(...inside.sessionHashes);
  document.failures.push(...inside.failures);
  document.warnings.push(...inside.warnings);
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
