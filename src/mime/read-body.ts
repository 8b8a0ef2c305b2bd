import type { Attachment } from "./mail.ts";
import type { Part, Parts } from "./read-parts.ts";
import { textFromHtml } from "./text-from-html.ts";

const mostTexts = 200;

/** What a person reads in a mail, and the rest as attachments. A mail whose structure is broken shows its raw body. */
export function readBody(
  parts: Parts,
  raw: Uint8Array,
  warnings: string[],
): { text: string; attachments: Attachment[] } {
  const texts = parts.tree ? textsOf(parts.tree) : [];
  if (texts.length > mostTexts) warnings.push(`more than ${mostTexts} text parts, the first are shown`);
  const text = texts
    .slice(0, mostTexts)
    .map(readable)
    .filter((one) => one.trim() !== "")
    .join("\n");
  const isReadable = texts.some((one) => one.content !== "") || parts.attachments.length > 0;
  if (isReadable) return { text, attachments: parts.attachments };

  const rest = rawBody(raw);
  if (rest.trim() !== "")
    warnings.push("the parts of the mail could not be told apart, the raw body is shown");
  return { text: rest.trim() === "" ? "" : rest, attachments: [] };
}

type Text = { kind: "plain" | "html"; content: string };

/** In reading order. Of alternatives, plain text is taken where it says anything, HTML otherwise. */
function textsOf(root: Part): Text[] {
  const texts: Text[] = [];
  const waiting = [root];
  for (let part = waiting.pop(); part; part = waiting.pop()) {
    const own = ownText(part);
    if (own) texts.push(own);
    if (part.contentType === "multipart/alternative") texts.push(...bestOf(part.children.flatMap(textsOf)));
    else waiting.push(...part.children.toReversed());
  }
  return texts;
}

function bestOf(alternatives: Text[]): Text[] {
  const plain = alternatives.filter((one) => one.kind === "plain" && one.content.trim() !== "");
  return plain.length > 0 ? plain : alternatives;
}

function ownText(part: Part): Text | null {
  if (part.textContent === undefined) return null;
  return { kind: part.contentType === "text/html" ? "html" : "plain", content: part.textContent };
}

function readable({ kind, content }: Text): string {
  const text = kind === "html" ? textFromHtml(content).text : content;
  return text.replaceAll("\0", "").replace(/\r\n?/g, "\n").toWellFormed();
}

const longestRawBody = 1024 * 1024;

function rawBody(raw: Uint8Array): string {
  const text = Buffer.from(raw.subarray(0, longestRawBody))
    .toString("utf8")
    .replaceAll("\0", "")
    .replace(/\r\n?/g, "\n");
  const blank = text.startsWith("\n") ? 0 : text.indexOf("\n\n");
  return blank === -1 ? "" : text.slice(blank).replace(/^\n+/, "");
}
