import { type DecodeHints, decodeText } from "./decode-text.ts";
import { contentOfEntity } from "./entity-content.ts";
import { looksLikeFile } from "./looks-like-file.ts";
import type { Attachment } from "./mail.ts";
import type { Entity } from "./mime-tree.ts";
import { readFilename } from "./read-filename.ts";
import { safeFilename } from "./safe-filename.ts";
import { unflowText } from "./unflow-text.ts";

/** The name that a part has for a file, safe to write and to show; null when it bears none. */
export function filenameOf({ headers }: Entity, near?: string): string | null {
  return safeFilename(readFilename(headers, near), "") || null;
}

const fallbackNames: Record<string, string> = {
  "message/rfc822": "message.eml",
  "message/global": "message.eml",
  "message/external-body": "external-body.txt",
  "text/calendar": "invitation.ics",
  "text/html": "page.html",
};

/** A part as a file; `near` is the charset of the mail's texts. */
export function fileOf(entity: Entity, bytes = contentOfEntity(entity), near?: string): Attachment {
  const { type, isTyped } = entity;
  const name = filenameOf(entity, near);
  const contentType = isTyped ? type : name ? "application/octet-stream" : type;
  const fallback =
    fallbackNames[contentType] ?? (contentType.startsWith("text/") ? "unnamed.txt" : "unnamed");
  return { filename: name ?? fallback, contentType, bytes };
}

/** A part that a person reads: what it says as it came, its bytes, and the charset that they were read in. */
export type LeafText = {
  isHtml: boolean;
  content: string;
  bytes: Uint8Array;
  charset: string | undefined;
  /** Nothing trustworthy named the charset. */
  isGuessed: boolean;
};

/** A part as text, its charset and its flowing lines undone (RFC 3676). */
export function textOf(
  entity: Entity,
  bytes: Uint8Array,
  hints: Pick<DecodeHints, "near" | "chosen">,
): LeafText {
  const isHtml = entity.type === "text/html" || entity.type === "application/xhtml+xml";
  const label = entity.parameters.get("charset");
  const { text, charset, guessed } = decodeText(bytes, label, { ...hints, html: isHtml });
  const content = isFlowed(entity) ? unflowText(text.replace(/\n$/, ""), isDelSp(entity)) : text;
  return { isHtml, content, bytes, charset, isGuessed: guessed };
}

function isFlowed({ type, parameters }: Entity): boolean {
  return type === "text/plain" && parameters.get("format")?.trim().toLowerCase() === "flowed";
}

function isDelSp({ parameters }: Entity): boolean {
  return parameters.get("delsp")?.trim().toLowerCase() === "yes";
}

/**
 * Whether a part is for reading: text that is no file by its disposition or by its bytes. Tables, calendars, cards and
 * headers are files.
 */
export function isForReading(entity: Entity, bytes: Uint8Array): boolean {
  const { type, disposition, isTyped } = entity;
  const isInline = disposition === "" || disposition === "inline";
  if (!isInline || looksLikeFile(bytes)) return false;
  if (!isTyped) return type === "text/plain" && filenameOf(entity) === null;
  if (type === "text/plain" || type === "text/html" || type === "application/xhtml+xml") return true;
  return type.startsWith("text/") && !textFiles.has(type) && filenameOf(entity) === null;
}

const textFiles = new Set([
  "text/calendar",
  "text/x-vcalendar",
  "text/vcard",
  "text/x-vcard",
  "text/directory",
  "text/csv",
  "text/rfc822-headers",
  "text/rfc822",
  "text/rtf",
  "text/css",
  "text/javascript",
  "text/x-amp-html",
  "text/watch-html",
]);
