import { charsetOfLabel } from "./charset-name.ts";
import { decodeText } from "./decode-text.ts";

const word = /=\?([^?\s]{1,60})\?([bq])\?([^?]*)\?=/gi;

/**
 * A header value with its encoded words decoded (RFC 2047). Words in a row that name one charset are one text: programs cut
 * them in the middle of a letter. `near` is the charset of the mail's texts, for labels that say nothing.
 */
export function decodeWords(text: string, near?: string): string {
  const pieces: string[] = [];
  let run: Run | null = null;
  let at = 0;
  for (const match of text.matchAll(word)) {
    const between = text.slice(at, match.index);
    const [all, label = "", encoding = "", payload = ""] = match;
    const isNext: boolean = run !== null && between.trim() === "";
    if (!isNext || run?.charset !== charsetOf(label)) {
      if (run) pieces.push(textOf(run, near));
      run = { charset: charsetOf(label), label: label.replace(/\*.*$/, ""), bytes: [], base64: "" };
    }
    if (!isNext) pieces.push(between);
    add(run, encoding.toLowerCase(), payload);
    at = match.index + all.length;
  }
  if (run) pieces.push(textOf(run, near));
  return [...pieces, text.slice(at)].join("").replaceAll("\0", "");
}

/** `base64` waits for the rest of a letter that the next word brings. */
type Run = { charset: string; label: string; bytes: Buffer[]; base64: string };

/** Behind a star stands a language (RFC 2231 §5). */
function charsetOf(label: string): string {
  const name = label.replace(/\*.*$/, "").toLowerCase();
  return charsetOfLabel(name) ?? name;
}

function add(run: Run, encoding: string, payload: string): void {
  if (encoding === "q") {
    endBase64(run);
    run.bytes.push(fromQ(payload));
    return;
  }
  run.base64 += payload.replace(/\s+/g, "");
  if (run.base64.length % 4 === 0 || payload.endsWith("=")) endBase64(run);
}

function endBase64(run: Run): void {
  if (run.base64 !== "") run.bytes.push(Buffer.from(run.base64, "base64"));
  run.base64 = "";
}

function fromQ(payload: string): Buffer {
  const binary = Buffer.from(payload.replace(/_/g, " "))
    .toString("latin1")
    .replace(/=([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(binary, "latin1");
}

function textOf(run: Run, near: string | undefined): string {
  endBase64(run);
  return decodeText(Buffer.concat(run.bytes), run.label, { near }).text;
}
