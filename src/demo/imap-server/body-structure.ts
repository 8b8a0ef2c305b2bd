import { formatEnvelope } from "./envelope.ts";
import { quote } from "./formats.ts";
import { readField } from "./headers.ts";
import type { Part } from "./mime-parts.ts";

/** BODYSTRUCTURE of a part and what is in it, one character for each byte (RFC 9051 §7.5.2). */
export function formatBodyStructure(part: Part): string {
  if (part.type === "MULTIPART" && part.children.length > 0) {
    const children = part.children.map(formatBodyStructure).join("");
    return `(${children} ${quote(part.subtype.toLowerCase())} ${formatPairs(part.parameters)} NIL NIL NIL)`;
  }

  const basic = [
    quote(part.type.toLowerCase()),
    quote(part.subtype.toLowerCase()),
    formatPairs(part.parameters),
    quote(readField(part.raw, "content-id")),
    quote(readField(part.raw, "content-description")),
    quote((readField(part.raw, "content-transfer-encoding") ?? "7bit").toLowerCase()),
    `${part.body.length}`,
  ];
  return `(${[...basic, ...formatInside(part), "NIL", formatDisposition(part), "NIL", "NIL"].join(" ")})`;
}

function formatInside(part: Part): string[] {
  const [inner] = part.children;
  const lines = `${countLines(part.body)}`;
  if (inner && part.type === "MESSAGE") return [formatEnvelope(inner.raw), formatBodyStructure(inner), lines];
  return part.type === "TEXT" ? [lines] : [];
}

function formatDisposition(part: Part): string {
  const value = readField(part.raw, "content-disposition");
  const kind = /^\s*([\w-]+)/.exec(value ?? "")?.[1];
  if (!value || !kind) return "NIL";
  const name = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]+))/i.exec(value);
  return `(${quote(kind.toLowerCase())} ${formatPairs(name ? [["filename", name[1] ?? name[2] ?? ""]] : [])})`;
}

function formatPairs(pairs: [string, string][]): string {
  if (pairs.length === 0) return "NIL";
  return `(${pairs.map(([name, value]) => `${quote(name.toLowerCase())} ${quote(value)}`).join(" ")})`;
}

function countLines(body: Buffer): number {
  let lines = 0;
  for (let at = body.indexOf(0x0a); at >= 0; at = body.indexOf(0x0a, at + 1)) lines += 1;
  return lines;
}
