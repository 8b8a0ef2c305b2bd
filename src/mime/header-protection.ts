import { contentOfEntity } from "./entity-content.ts";
import { type Entity, entitiesOf } from "./mime-tree.ts";

/** How the headers inside a payload are protected: RFC 9788, the form before it, or the wrapped mail of RFC 8551 §3.1. */
export type HeaderProtection = "hp" | "protected-headers" | "wrapped" | null;

/** How a payload protects its headers. Asked only of what stands inside a cryptographic envelope. */
export function headerProtection({ type, parameters }: Entity): HeaderProtection {
  if (parameters.has("hp")) return "hp";
  if (parameters.has("protected-headers")) return "protected-headers";
  return type === "message/rfc822" && parameters.get("forwarded")?.toLowerCase() === "no" ? "wrapped" : null;
}

/**
 * A payload whose headers are protected, as it is shown: without the copies of headers for programs that know no header
 * protection (RFC 9788 §5.3). `copies` are the places in reading order of the parts that were, or began with, such a copy.
 */
export function shownPayload(payload: Entity): { raw: Uint8Array; copies: number[] } {
  const edits: Edit[] = [];
  const copies: number[] = [];
  for (const [place, entity] of [...entitiesOf(payload)].entries()) {
    const edit = legacyEdit(entity, payload);
    if (!edit) continue;
    edits.push({ entity, replacement: edit });
    copies.push(place);
  }
  return { raw: edited(payload, edits), copies };
}

const nothing = Buffer.from("Content-Type: text/plain\r\n\r\n");

function legacyEdit(entity: Entity, payload: Entity): Uint8Array | null {
  if (isOldDisplayPart(entity, payload)) return nothing;
  const isMarked = entity.parameters.get("hp-legacy-display") === "1" && entity.children.length === 0;
  return isMarked ? withoutFirstParagraph(entity) : null;
}

type Edit = { entity: Entity; replacement: Uint8Array };

function edited(root: Entity, edits: Edit[]): Uint8Array {
  if (edits.length === 0) return root.raw;
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const { entity, replacement } of edits) {
    const start = entity.raw.byteOffset - root.raw.byteOffset;
    if (start < at) continue;
    pieces.push(root.raw.subarray(at, start), replacement);
    at = start + entity.raw.length;
  }
  return Buffer.concat([...pieces, root.raw.subarray(at)]);
}

/** Before RFC 9788 the copy was a part of its own, the first one. */
function isOldDisplayPart(entity: Entity, payload: Entity): boolean {
  const isMarked = entity.parameters.has("protected-headers");
  const isText = entity.type === "text/plain" || entity.type === "text/rfc822-headers";
  return isMarked && isText && payload.children.length > 1 && entity === payload.children[0];
}

function withoutFirstParagraph(entity: Entity): Uint8Array {
  const text = Buffer.from(contentOfEntity(entity)).toString("latin1");
  const kept = entity.type === "text/html" ? withoutLegacyElement(text) : afterFirstEmptyLine(text);
  const charset = entity.parameters.get("charset")?.replace(/[^\w.:+-]/g, "") || "us-ascii";
  const type = `Content-Type: ${entity.type}; charset="${charset}"\r\nContent-Transfer-Encoding: base64\r\n`;
  return Buffer.from(`${otherHeaders(entity)}${type}\r\n${base64Lines(kept)}`, "latin1");
}

function otherHeaders({ raw, body }: Entity): string {
  const head = Buffer.from(raw.subarray(0, raw.length - body.length)).toString("latin1");
  const fields = head.split(/\r?\n(?![ \t])/).filter((field) => field !== "");
  return fields
    .filter((field) => !/^content-(type|transfer-encoding)\s*:/i.test(field))
    .map((field) => `${field}\r\n`)
    .join("");
}

function withoutLegacyElement(html: string): string {
  const begin = /<div\s+class\s*=\s*["']?header-protection-legacy-display["']?[^<>]{0,200}>/i.exec(html);
  const end = begin ? html.indexOf("</div>", begin.index) : -1;
  return begin && end !== -1 ? html.slice(0, begin.index) + html.slice(end + "</div>".length) : html;
}

function afterFirstEmptyLine(text: string): string {
  const empty = /\r?\n[ \t]*\r?\n/.exec(text);
  return empty ? text.slice(empty.index + empty[0].length) : text;
}

function base64Lines(binary: string): string {
  return (
    Buffer.from(binary, "latin1")
      .toString("base64")
      .match(/.{1,76}/g) ?? []
  ).join("\r\n");
}
