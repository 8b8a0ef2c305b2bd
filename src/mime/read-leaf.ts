import libmime from "libmime";
import { decodeText } from "./decode-text.ts";
import { contentOfEntity } from "./entity-content.ts";
import { looksLikeFile } from "./looks-like-file.ts";
import type { Attachment } from "./mail.ts";
import type { Entity } from "./mime-tree.ts";
import { safeFilename } from "./safe-filename.ts";

/** Decodes the encoded words of a header (RFC 2047). */
export function decodeWords(text: string): string {
  if (!text.includes("=?")) return text.replaceAll("\0", "");
  try {
    return libmime.decodeWords(text).replaceAll("\0", "");
  } catch {
    return text;
  }
}

/** The name that a part has for a file, safe to write and to show; null when it bears none (RFC 2183 §2.3, RFC 2231). */
export function filenameOf({ headers }: Entity): string | null {
  for (const [header, parameter] of [
    ["content-disposition", "filename"],
    ["content-type", "name"],
  ] as const) {
    const value = headers.find(({ name }) => name === header)?.value.slice(0, 4000) ?? "";
    if (!/name/i.test(value)) continue;
    const found = libmime.parseHeaderValue(value).params[parameter];
    const name = found ? safeFilename(decodeWords(found), "") : "";
    if (name) return name;
  }
  return null;
}

const fallbackNames: Record<string, string> = {
  "message/rfc822": "message.eml",
  "message/global": "message.eml",
  "message/external-body": "external-body.txt",
  "text/calendar": "invitation.ics",
  "text/html": "page.html",
};

/** A part as a file. */
export function fileOf(entity: Entity, bytes = contentOfEntity(entity)): Attachment {
  const { type, isTyped } = entity;
  const name = filenameOf(entity);
  const contentType = isTyped ? type : name ? "application/octet-stream" : type;
  const fallback =
    fallbackNames[contentType] ?? (contentType.startsWith("text/") ? "unnamed.txt" : "unnamed");
  return { filename: name ?? fallback, contentType, bytes };
}

/** A part that a person reads, as text; `isHtml` as it came. */
export type LeafText = { isHtml: boolean; content: string; bytes: Uint8Array; charset: string | undefined };

/** A part as text, its charset and its flowing lines undone (RFC 3676). */
export function textOf(entity: Entity, bytes: Uint8Array): LeafText {
  const isHtml = entity.type === "text/html" || entity.type === "application/xhtml+xml";
  const charset = entity.parameters.get("charset");
  const { text } = decodeText(bytes, charset, { html: isHtml });
  const content = isFlowed(entity) ? unflowed(text, entity) : text;
  return { isHtml, content, bytes, charset };
}

function isFlowed({ type, parameters }: Entity): boolean {
  return type === "text/plain" && parameters.get("format")?.trim().toLowerCase() === "flowed";
}

function unflowed(text: string, { parameters }: Entity): string {
  return libmime.decodeFlowed(text, parameters.get("delsp")?.trim().toLowerCase() === "yes");
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
