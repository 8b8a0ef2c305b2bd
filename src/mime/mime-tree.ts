import type { Header } from "./mail.ts";
import { type HeaderLine, readHeaders } from "./read-headers.ts";

/** One entity of a mail with its bytes as they came, which is what signatures are made over (RFC 2046, RFC 1847). */
export type Entity = {
  /** Headers and body. */
  raw: Uint8Array;
  body: Uint8Array;
  headers: Header[];
  /** In small letters; "text/plain" when absent. */
  type: string;
  /** Of Content-Type, the names in small letters. */
  parameters: Map<string, string>;
  encoding: string;
  disposition: string;
  children: Entity[];
};

const deepest = 20;
const mostEntities = 1000;
const longestHead = 1024 * 1024;

/** Takes a mail apart without changing a byte of it. What is too deep, too many or broken stays one entity. */
export function readTree(raw: Uint8Array): Entity {
  return readEntity(Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength), 0, { left: mostEntities });
}

/** All entities, in reading order, the root first. */
export function* entitiesOf(root: Entity): Generator<Entity> {
  yield root;
  for (const child of root.children) yield* entitiesOf(child);
}

function readEntity(raw: Buffer, depth: number, entities: { left: number }): Entity {
  const { head, body } = split(raw);
  const headers = readHeaders(headerLines(head));
  const { value, parameters } = readParameters(firstOf(headers, "content-type"));
  const type = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(value) ? value : "text/plain";
  const boundary = type.startsWith("multipart/") ? (parameters.get("boundary") ?? "") : "";
  const parts = boundary && depth < deepest ? partsBetween(body, boundary, entities.left) : [];
  entities.left -= parts.length;
  return {
    raw,
    body,
    headers,
    type,
    parameters,
    encoding: firstOf(headers, "content-transfer-encoding").trim().toLowerCase(),
    disposition: readParameters(firstOf(headers, "content-disposition")).value,
    children: parts.map((part) => readEntity(part, depth + 1, entities)),
  };
}

function firstOf(headers: Header[], name: string): string {
  return headers.find((header) => header.name === name)?.value.slice(0, 4000) ?? "";
}

/** Head and body, parted by the first empty line, in CRLF or LF. */
function split(raw: Buffer): { head: Buffer; body: Buffer } {
  const begin = /^\r?\n/.exec(raw.subarray(0, 2).toString("latin1"))?.[0].length ?? 0;
  if (begin > 0) return { head: raw.subarray(0, 0), body: raw.subarray(begin) };
  const ends = ["\n\r\n", "\n\n"].map((empty) => ({ at: raw.indexOf(empty), length: empty.length }));
  const end = ends.filter(({ at }) => at !== -1).toSorted((one, other) => one.at - other.at)[0];
  if (!end || end.at > longestHead)
    return { head: raw.subarray(0, longestHead), body: raw.subarray(raw.length) };
  return { head: raw.subarray(0, end.at + 1), body: raw.subarray(end.at + end.length) };
}

function headerLines(head: Buffer): HeaderLine[] {
  const unfolded = head.toString("latin1").replace(/\r?\n[ \t]/g, " ");
  return unfolded.split(/\r?\n/).map((line) => ({ key: "", line }));
}

/** The bytes between boundary lines. The line break in front of a boundary belongs to the boundary (RFC 2046 §5.1.1). */
function partsBetween(body: Buffer, boundary: string, most: number): Buffer[] {
  const parts: Buffer[] = [];
  let start = -1;
  for (const line of boundaryLines(body, `--${boundary}`)) {
    if (start !== -1) parts.push(body.subarray(start, Math.max(start, line.before)));
    if (parts.length >= most) return [];
    start = line.closes ? -1 : line.after;
    if (line.closes) break;
  }
  if (start !== -1) parts.push(body.subarray(start));
  return parts;
}

function* boundaryLines(body: Buffer, marker: string) {
  for (let at = body.indexOf(marker); at !== -1; at = body.indexOf(marker, at + marker.length)) {
    if (at > 0 && body[at - 1] !== 0x0a) continue;
    const lineEnd = body.indexOf("\n", at);
    const rest = body
      .subarray(
        at + marker.length,
        Math.min(lineEnd === -1 ? body.length : lineEnd, at + marker.length + 200),
      )
      .toString("latin1");
    const match = /^(--)?[ \t\r]*$/.exec(rest);
    if (!match) continue;
    const before = body[at - 2] === 0x0d ? at - 2 : at - 1;
    yield {
      before: Math.max(0, before),
      after: lineEnd === -1 ? body.length : lineEnd + 1,
      closes: !!match[1],
    };
  }
}

/** A header value with parameters (RFC 2045 §5.1): the first of each name counts. */
export function readParameters(text: string): { value: string; parameters: Map<string, string> } {
  const parameters = new Map<string, string>();
  const value = (/^[^;]*/.exec(text)?.[0] ?? "").trim().toLowerCase();
  const pattern = /;\s*([\w!#$&^.+*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/g;
  for (const [, name = "", quoted, bare] of text.matchAll(pattern)) {
    const key = name.toLowerCase();
    if (!parameters.has(key)) parameters.set(key, quoted?.replace(/\\(.)/g, "$1") ?? bare ?? "");
  }
  return { value, parameters };
}
