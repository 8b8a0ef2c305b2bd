import { MailParser } from "mailparser";
import type { Attachment } from "./mail.ts";
import type { HeaderLine } from "./read-headers.ts";
import { safeFilename } from "./safe-filename.ts";

/** One node of the tree of parts; text only where a person reads it. */
export type Part = { contentType: string | false; textContent?: string; children: Part[] };

export type Parts = {
  ok: true;
  headerLines: readonly HeaderLine[];
  tree: Part | null;
  attachments: Attachment[];
  /** Decodes the encoded words of a header (RFC 2047). */
  decodeWords: (text: string) => string;
};

/** Takes a mail apart into parts, their transfer encoding and charset undone. */
export async function readParts(raw: Uint8Array): Promise<Parts | { ok: false; reason: string }> {
  const parser = new TreeParser(options);
  const attachments: Attachment[] = [];
  try {
    const finished = new Promise<void>((resolve, reject) => {
      parser.once("end", resolve);
      parser.on("error", reject);
      parser.on("data", (part: unknown) => {
        if (isAttachment(part)) keepAttachment(part, attachments, reject);
      });
    });
    parser.end(Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength));
    await finished;
  } catch (error) {
    parser.destroy();
    return { ok: false, reason: reasonOf(error) };
  }
  return {
    ok: true,
    headerLines: parser.headerLines || [],
    tree: parser.tree || null,
    attachments,
    decodeWords: (text) => decodeWith(parser, text),
  };
}

const options = {
  skipHtmlToText: true,
  skipTextToHtml: true,
  skipTextLinks: true,
  skipImageLinks: true,
  keepDeliveryStatus: true,
  // A forwarded mail stays one attachment, whatever its disposition.
  ignoreEmbedded: true,
};

/** The parser keeps the tree of parts and its header decoder to itself; they stand in no type of the library. */
declare module "mailparser" {
  interface MailParser {
    tree: Part | false;
    headerLines: readonly HeaderLine[] | false;
    libmime: { decodeWords: (text: string) => string };
    processHeaders(lines: readonly HeaderLine[]): Map<string, unknown>;
  }
}

/** Reads of the headers what concerns the part; all others are ours, and 60,000 of them take the parser 10 s. */
class TreeParser extends MailParser {
  override processHeaders(lines: readonly HeaderLine[]): Map<string, unknown> {
    return super.processHeaders(lines.filter((line) => line.key.startsWith("content-")).slice(0, 50));
  }
}

type IncomingAttachment = {
  type: "attachment";
  content: NodeJS.ReadableStream;
  filename?: string;
  contentType?: string;
  headers: Map<string, unknown>;
  release: () => void;
};

function isAttachment(part: unknown): part is IncomingAttachment {
  return typeof part === "object" && part !== null && "type" in part && part.type === "attachment";
}

function keepAttachment(part: IncomingAttachment, kept: Attachment[], fail: (error: Error) => void): void {
  const contentType = contentTypeOf(part);
  const attachment: Attachment = {
    filename: safeFilename(part.filename ?? "", fallbackName(contentType)),
    contentType,
    bytes: new Uint8Array(),
  };
  kept.push(attachment);

  const chunks: Buffer[] = [];
  part.content.on("data", (chunk: Buffer) => chunks.push(chunk));
  part.content.on("error", fail);
  part.content.on("end", () => {
    attachment.bytes = Buffer.concat(chunks);
    part.release();
  });
}

/** The type as the sender wrote it: the parser would guess another one from the filename. */
function contentTypeOf(part: IncomingAttachment): string {
  const written = part.headers.get("content-type");
  const value =
    typeof written === "object" && written && "value" in written ? String(written.value) : part.contentType;
  const type = (value ?? "").trim().toLowerCase();
  return /^[\w!#$&^.+-]{1,100}\/[\w!#$&^.+-]{1,100}$/.test(type) ? type : "application/octet-stream";
}

function fallbackName(contentType: string): string {
  if (contentType === "message/rfc822") return "message.eml";
  return contentType.startsWith("text/") ? "unnamed.txt" : "unnamed";
}

function decodeWith(parser: TreeParser, text: string): string {
  try {
    return parser.libmime.decodeWords(text).replaceAll("\0", "");
  } catch {
    return text;
  }
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : "";
  if (/child nodes/i.test(message)) return "more than 1000 parts";
  if (/header size/i.test(message)) return "headers larger than 1 MB";
  return "the parts cannot be told apart";
}
