import { type Budget, newBudget } from "./budget.ts";
import { endBefore } from "./end-before.ts";
import { inferBoundary } from "./infer-boundary.ts";
import type { Header } from "./mail.ts";
import { type Head, readHead } from "./read-head.ts";
import type { HeaderLine } from "./read-headers.ts";
import { readParameters } from "./read-parameters.ts";

/** One entity of a mail with its bytes as they came, which is what signatures are made over (RFC 2046, RFC 1847). */
export type Entity = {
  /** Headers and body. */
  raw: Uint8Array;
  body: Uint8Array;
  headers: Header[];
  /** The same as they came, one character for each byte. */
  fields: HeaderLine[];
  /** In small letters; "text/plain" when absent or unreadable, "message/rfc822" in a digest. */
  type: string;
  /** Whether the mail itself names the type. */
  isTyped: boolean;
  /** Of Content-Type, the names in small letters. */
  parameters: Map<string, string>;
  encoding: string;
  /** In small letters; "" when absent. */
  disposition: string;
  children: Entity[];
  /** What stands in a multipart outside of its parts: before the first one, and behind the last (RFC 2046 §5.1.1). */
  outside: Uint8Array[];
  /** Why it could not be read as a whole; null: it could. */
  problem: "has more than 1000 parts" | "costs more to read than one mail may" | null;
};

const mostEntities = 1000;
const mostOutside = 1000;
const mostInferred = 20;
const mostScanned = 64 * 1024 * 1024;

/**
 * Takes a mail apart without changing a byte of it, read strictly by its boundaries: a multipart that is not closed ends
 * where an outer one goes on. What is broken stays one entity. Takes linear time, at any depth, and is paid from the budget
 * of the mail: where that is used up, one entity with a problem is left.
 */
export function readTree(raw: Uint8Array, budget: Budget = newBudget()): Entity {
  const bytes = withLineFeeds(Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength));
  const open: Node[] = [];
  const boundaries = new Map<string, Node[]>();
  const inferring = { left: mostInferred, bytes: mostScanned };
  const outside = { left: mostOutside };
  const root = openNode(bytes, 0, open, boundaries, inferring, budget);
  let count = 1;
  budget.bytes -= bytes.length;
  if (budget.bytes < 0 || budget.parts <= 0) root.problem = "costs more to read than one mail may";
  for (let at = root.problem ? -1 : nextDashes(bytes, root.bodyStart); at !== -1; ) {
    const line = lineAt(bytes, at);
    const hit = delimiterIn(line.text, boundaries);
    let next = line.after;
    if (hit) {
      closeAbove(hit.node, open, boundaries, endBefore(bytes, at), outside);
      addOutside(hit.node, Math.max(hit.node.outsideFrom, endBefore(bytes, at)), outside);
      hit.node.outsideFrom = hit.closes ? line.after : -1;
      if (!hit.closes && count < Math.min(mostEntities, budget.parts)) {
        const child = openNode(bytes, line.after, open, boundaries, inferring, budget, hit.node);
        hit.node.children.push(child);
        next = child.bodyStart;
        count += 1;
      } else if (!hit.closes) {
        root.problem =
          count < mostEntities ? "costs more to read than one mail may" : "has more than 1000 parts";
        break;
      }
    }
    at = nextDashes(bytes, Math.max(next, at + 2));
  }
  closeAbove(null, open, boundaries, bytes.length, outside);
  budget.parts -= count;
  return entityOf(root, bytes);
}

/** All entities, in reading order, the root first. */
export function* entitiesOf(root: Entity): Generator<Entity> {
  const waiting = [root];
  for (let entity = waiting.pop(); entity; entity = waiting.pop()) {
    yield entity;
    waiting.push(...entity.children.toReversed());
  }
}

type Node = {
  head: Head;
  start: number;
  bodyStart: number;
  end: number;
  type: string;
  isTyped: boolean;
  parameters: Map<string, string>;
  boundary: string;
  children: Node[];
  outside: [number, number][];
  /** Where bytes begin that belong to no part; -1 inside a part. */
  outsideFrom: number;
  problem: Entity["problem"];
};

type Boundaries = Map<string, Node[]>;
/** How often a boundary may still be looked for, and how many bytes that may take. */
type Inferring = { left: number; bytes: number };

function openNode(
  bytes: Buffer,
  start: number,
  open: Node[],
  boundaries: Boundaries,
  inferring: Inferring,
  budget: Budget,
  parent: Node | null = null,
): Node {
  const isDelimiter = (text: string) => boundaries.size > 0 && delimiterIn(text, boundaries) !== null;
  const head = readHead(bytes, start, isDelimiter);
  if (head.rest) budget.rests.push(head.rest);
  const { type, isTyped, parameters } = typeOf(head.headers, parent?.type === "multipart/digest");
  const node: Node = {
    head,
    start,
    bodyStart: head.end,
    end: bytes.length,
    type,
    isTyped,
    parameters,
    boundary: "",
    children: [],
    outside: [],
    outsideFrom: head.end,
    problem: null,
  };
  if (type.startsWith("multipart/")) node.boundary = boundaryOf(bytes, node, inferring);
  open.push(node);
  if (node.boundary) boundaries.set(node.boundary, [...(boundaries.get(node.boundary) ?? []), node]);
  return node;
}

/** Nobody ever meant a boundary that does not occur; then the lines themselves tell it, a few times for each mail. */
function boundaryOf(bytes: Buffer, { parameters, bodyStart }: Node, inferring: Inferring): string {
  const named = (parameters.get("boundary") ?? "").trimEnd().slice(0, longestBoundary);
  if (inferring.left === 0 || inferring.bytes <= 0) return named;
  if (named) {
    const first = bytes.indexOf(`--${named}`, bodyStart, "latin1");
    inferring.bytes -= (first === -1 ? bytes.length : first) - bodyStart;
    if (first !== -1) return named;
  }
  inferring.left -= 1;
  return inferBoundary(bytes, bodyStart) ?? "";
}

const longestBoundary = 250;

function typeOf(headers: Header[], isInDigest: boolean) {
  const written = headers.find((header) => header.name === "content-type")?.value.slice(0, 4000);
  const { value, parameters } = readParameters(written ?? "");
  const type = /^[\w!#$&^.+-]{1,100}\/[\w!#$&^.+-]{1,100}/.exec(value)?.[0];
  // A type without its second half is none (RFC 2045 §5.2); a multipart says by its boundary that it is one.
  if (!type && /^multipart($|\/)/.test(value)) return { type: "multipart/mixed", isTyped: true, parameters };
  if (!type && value === "html") return { type: "text/html", isTyped: true, parameters };
  const fallback = isInDigest && written === undefined ? "message/rfc822" : "text/plain";
  return { type: type ?? fallback, isTyped: type !== undefined, parameters };
}

/** The innermost open multipart whose boundary this line is (RFC 2046 §5.1.2). */
function delimiterIn(text: string, boundaries: Boundaries): { node: Node; closes: boolean } | null {
  const line = text.slice(2);
  const opening = boundaries.get(line)?.at(-1);
  if (opening) return { node: opening, closes: false };
  const closing = line.endsWith("--") ? boundaries.get(line.slice(0, -2))?.at(-1) : undefined;
  return closing ? { node: closing, closes: true } : null;
}

/** Ends all that is open inside of a node, or everything. */
function closeAbove(
  node: Node | null,
  open: Node[],
  boundaries: Boundaries,
  end: number,
  outside: { left: number },
): void {
  for (let last = open.at(-1); last && last !== node; last = open.at(-1)) {
    last.end = Math.max(last.start, end);
    last.bodyStart = Math.min(last.bodyStart, last.end);
    if (last.boundary) {
      addOutside(last, last.end, outside);
      const same = boundaries.get(last.boundary)?.slice(0, -1) ?? [];
      if (same.length > 0) boundaries.set(last.boundary, same);
      else boundaries.delete(last.boundary);
    }
    open.pop();
  }
}

/** Each stretch outside of parts stands apart; beyond the bound the last one goes on, with the boundaries between them. */
function addOutside(node: Node, end: number, bound: { left: number }): void {
  if (node.outsideFrom === -1 || node.outsideFrom >= end) return;
  const last = node.outside.at(-1);
  if (last && bound.left <= 0) last[1] = end;
  else node.outside.push([node.outsideFrom, end]);
  bound.left -= 1;
}

function entityOf(root: Node, bytes: Buffer): Entity {
  const made = new Map<Node, Entity>();
  const all: Node[] = [];
  const waiting = [root];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    all.push(node);
    waiting.push(...node.children);
  }
  for (const node of all.toReversed()) {
    const { head, type, isTyped, parameters, problem } = node;
    made.set(node, {
      raw: bytes.subarray(node.start, node.end),
      body: bytes.subarray(node.bodyStart, node.end),
      headers: head.headers,
      fields: head.fields,
      type,
      isTyped,
      parameters,
      encoding: encodingOf(head.headers),
      disposition: readParameters(firstOf(head.headers, "content-disposition")).value,
      children: node.children.flatMap((child) => made.get(child) ?? []),
      outside: node.outside.map(([start, end]) => bytes.subarray(start, end)),
      problem,
    });
  }
  const entity = made.get(root);
  if (!entity) throw new Error("the root of a tree is made last");
  return entity;
}

function encodingOf(headers: Header[]): string {
  const written = firstOf(headers, "content-transfer-encoding").toLowerCase();
  const name = /[a-z][\w-]*/.exec(written.replace(/\([^()]*\)/g, ""))?.[0] ?? "";
  if (/^base-?64$/.test(name)) return "base64";
  if (/^quoted-?printable$/.test(name)) return "quoted-printable";
  return /^(x-)?(uuencode|uue)$/.test(name) ? "uuencode" : name;
}

function firstOf(headers: Header[], name: string): string {
  return headers.find((header) => header.name === name)?.value.slice(0, 4000) ?? "";
}

/** The next line from here on that begins with two dashes. */
function nextDashes(bytes: Buffer, from: number): number {
  if (from === 0 || bytes[from - 1] === 0x0a)
    if (bytes[from] === 0x2d && bytes[from + 1] === 0x2d) return from;
  const found = bytes.indexOf("\n--", Math.max(0, from - 1), "latin1");
  return found === -1 ? -1 : found + 1;
}

/** A line without the spaces at its end; one that is longer than any boundary is cut. */
function lineAt(bytes: Buffer, at: number): { text: string; after: number } {
  const lineFeed = bytes.indexOf(0x0a, at);
  const end = lineFeed === -1 ? bytes.length : lineFeed;
  const text = bytes
    .toString("latin1", at, Math.min(end, at + longestBoundary + 100))
    .replace(/[ \t\r]+$/, "");
  return { text, after: lineFeed === -1 ? bytes.length : lineFeed + 1 };
}

/** Old Macs end lines with a carriage return alone. */
function withLineFeeds(bytes: Buffer): Buffer {
  if (bytes.includes(0x0a) || !bytes.includes(0x0d)) return bytes;
  return Buffer.from(bytes.toString("latin1").replaceAll("\r", "\n"), "latin1");
}
