import { endBefore } from "../../mime/end-before.ts";
import { endOfHead, readField } from "./headers.ts";

export type Part = {
  raw: Buffer;
  head: Buffer;
  body: Buffer;
  type: string;
  subtype: string;
  parameters: [string, string][];
  children: Part[];
};

const most = { depth: 20, parts: 500 };

/** The tree of MIME parts of a mail, to a sane depth; what is deeper stays one part (RFC 2046 §5.1). */
export function readParts(raw: Buffer): Part {
  return readPart(raw, 0, { left: most.parts });
}

/** The part with a number such as 2.1; a mail that is not multipart has a part 1, itself. */
export function findPart(root: Part, numbers: number[]): Part | null {
  let part: Part | undefined = root;
  for (const number of numbers) {
    const inside: Part | undefined = part.subtype === "RFC822" ? part.children[0] : part;
    if (inside?.type === "MULTIPART") part = inside.children[number - 1];
    else part = number === 1 ? inside : undefined;
    if (!part) return null;
  }
  return part;
}

function readPart(raw: Buffer, depth: number, budget: { left: number }): Part {
  const bodyAt = endOfHead(raw);
  const { type, subtype, parameters } = readContentType(readField(raw, "content-type"));
  const part: Part = {
    raw,
    head: raw.subarray(0, bodyAt),
    body: raw.subarray(bodyAt),
    type,
    subtype,
    parameters,
    children: [],
  };
  if (depth >= most.depth) return part;

  const boundary = parameters.find(([name]) => name === "BOUNDARY")?.[1];
  if (type === "MULTIPART" && boundary) {
    part.children = splitAt(part.body, boundary, budget).map((child) => readPart(child, depth + 1, budget));
  } else if (type === "MESSAGE" && subtype === "RFC822") {
    part.children = [readPart(part.body, depth + 1, budget)];
  }
  return part;
}

function readContentType(value: string | null): Pick<Part, "type" | "subtype" | "parameters"> {
  const match = /^\s*([\w!#$&^.+-]+)\/([\w!#$&^.+-]+)/.exec(value ?? "");
  if (!match) return { type: "TEXT", subtype: "PLAIN", parameters: [["CHARSET", "us-ascii"]] };

  const parameters: [string, string][] = [];
  for (const [, name, quoted, token] of (value ?? "").matchAll(
    /;\s*([\w*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]+))/g,
  )) {
    parameters.push([(name ?? "").toUpperCase(), quoted?.replace(/\\(.)/g, "$1") ?? token ?? ""]);
  }
  return { type: (match[1] ?? "").toUpperCase(), subtype: (match[2] ?? "").toUpperCase(), parameters };
}

function splitAt(body: Buffer, boundary: string, budget: { left: number }): Buffer[] {
  const mark = Buffer.from(`--${boundary}`, "latin1");
  const children: Buffer[] = [];
  let start = -1;
  for (let at = body.indexOf(mark); at >= 0 && budget.left > 0; at = body.indexOf(mark, at + 1)) {
    if (at > 0 && body[at - 1] !== 0x0a) continue;
    if (start >= 0) {
      children.push(body.subarray(start, Math.max(start, endBefore(body, at))));
      budget.left -= 1;
    }
    const lineEnd = body.indexOf(0x0a, at);
    if (lineEnd < 0 || body.toString("latin1", at + mark.length, at + mark.length + 2) === "--")
      return children;
    start = lineEnd + 1;
  }
  if (start >= 0 && budget.left > 0) children.push(body.subarray(start));
  return children;
}
