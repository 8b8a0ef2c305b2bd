import type { Attachment } from "./mail.ts";
import { safeFilename } from "./safe-filename.ts";

/** The file in a data: URI (RFC 2397), or null when it is none. `name` is what the page calls it, without an extension. */
export function fileOfDataUri(uri: string, name: string): Attachment | null {
  const comma = uri.indexOf(",");
  if (!/^\s*data:/i.test(uri.slice(0, 100)) || comma === -1 || comma > 1000) return null;
  const [type = "", ...parameters] = uri
    .slice(uri.indexOf(":") + 1, comma)
    .split(";")
    .map((part) => part.trim().toLowerCase());
  const data = uri.slice(comma + 1);
  const bytes = parameters.includes("base64") ? fromBase64(data) : fromPercent(data);
  if (bytes.length === 0) return null;
  const contentType = /^[\w!#$&^.+-]{1,100}\/[\w!#$&^.+-]{1,100}$/.test(type) ? type : "text/plain";
  return { filename: safeFilename(`${name}${extensionOf(contentType)}`), contentType, bytes };
}

const extensions = new Map([
  ["image/jpeg", ".jpg"],
  ["image/svg+xml", ".svg"],
  ["text/plain", ".txt"],
]);

function extensionOf(contentType: string): string {
  const subtype = contentType.slice(contentType.indexOf("/") + 1);
  return extensions.get(contentType) ?? (/^[a-z\d]{2,5}$/.test(subtype) ? `.${subtype}` : "");
}

function fromBase64(data: string): Buffer {
  return Buffer.from(data.replace(/%2b/gi, "+").replace(/%2f/gi, "/").replace(/%3d/gi, "="), "base64");
}

function fromPercent(data: string): Buffer {
  const binary = Buffer.from(data)
    .toString("latin1")
    .replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(binary, "latin1");
}
