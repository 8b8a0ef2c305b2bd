import { checkDetached, notSigned, type SignatureCheck } from "../openpgp/check-signatures.ts";
import { dearmor } from "../openpgp/dearmor.ts";
import type { DecryptionFailure } from "../openpgp/decrypt.ts";
import type { Piece } from "./contents.ts";
import { decodeText } from "./decode-text.ts";
import { explainFailure } from "./explain-failure.ts";
import type { Armor } from "./find-armor.ts";
import { readClearSigned, roughlyShown, splitInline } from "./inline-pgp.ts";
import { looksLikeFile, looksLikeText } from "./looks-like-file.ts";
import type { Attachment } from "./mail.ts";
import type { Segment } from "./open-document.ts";
import { openOnce, type Tries } from "./open-envelope.ts";
import { isWholeMail } from "./read-decrypted.ts";
import { filePiece, type ReadPart, readPiece } from "./read-part.ts";

type TextPiece = Pick<Extract<Piece, { kind: "text" }>, "text" | "leaf">;

export type OpenedInline = {
  segments: Segment[];
  checks: SignatureCheck[];
  openedBy: string[];
  sessionHashes: string[];
  /** Blocks that did not open, as files. */
  closed: Attachment[];
  /** Blocks that hold a file instead of words. */
  files: Attachment[];
  failures: DecryptionFailure[];
  warnings: string[];
  /** Blocks that hold a MIME entity instead of words, as PGP/MIME does. */
  mails: { bytes: Uint8Array; part: ReadPart }[];
  /** The blocks, and what became of each. */
  parts: ReadPart[];
  /** A block that was opened bears marks of quoting: it was copied from somewhere. */
  isQuoted: boolean;
};

/**
 * Opens the OpenPGP blocks in a text; the words around them are shown apart. Clear signatures are checked with the bytes
 * of a plain text, before any charset was undone.
 */
export async function openInline({ text, leaf }: TextPiece, tries: Tries): Promise<OpenedInline> {
  const result: OpenedInline = {
    segments: [],
    checks: [],
    openedBy: [],
    sessionHashes: [],
    closed: [],
    files: [],
    failures: [],
    warnings: [],
    mails: [],
    parts: [],
    isQuoted: false,
  };
  const pieces = splitInline(text);
  if (pieces.every(({ kind }) => kind === "text")) return { ...result, segments: [{ sort: "plain", text }] };

  const signedBlocks = leaf.isHtml ? [] : signedInBytes(leaf.bytes);
  const canPair = signedBlocks.length === pieces.filter(({ kind }) => kind === "signed").length;
  for (const piece of pieces) {
    if (piece.kind === "text") result.segments.push({ sort: "plain", text: piece.text.trim() });
    else if (piece.kind === "message") await addMessage(result, piece, leaf.charset, tries);
    else await addSigned(result, piece.text, canPair ? signedBlocks.shift() : undefined, leaf.charset, tries);
  }
  const isMixed = result.segments.some(({ sort }) => sort === "plain");
  if (isMixed && result.segments.some(({ sort }) => sort === "encrypted"))
    result.warnings.push("text before or after the encrypted part was not encrypted");
  return result;
}

/** The same signed blocks, one character for each byte. */
function signedInBytes(bytes: Uint8Array): string[] {
  const pieces = splitInline(Buffer.from(bytes).toString("latin1"));
  return pieces.flatMap((piece) => (piece.kind === "signed" ? [piece.text] : []));
}

async function addMessage(
  result: OpenedInline,
  { text: asItStands, armor }: { text: string; armor: Armor },
  charset: string | undefined,
  tries: Tries,
): Promise<void> {
  const opened = await openOnce(armor.bytes, tries);
  const part = readPiece(
    "OpenPGP message in the text",
    asItStands.length,
    opened.ok ? "opened" : "not opened",
  );
  result.parts.push(part);
  if (!opened.ok) {
    result.failures.push(opened.reason);
    const bytes = Buffer.from(asItStands);
    const file = { filename: "not-opened.asc", contentType: "application/octet-stream", bytes };
    result.closed.push(file);
    Object.assign(part, { why: explainFailure(opened.reason), name: file.filename, file });
    return;
  }
  if (opened.openedBy !== null && armor.isQuoted) result.isQuoted = true;
  if (opened.openedBy !== null && isWholeMail(opened.bytes)) {
    result.mails.push({ bytes: opened.bytes, part });
    result.openedBy.push(opened.openedBy);
    result.sessionHashes.push(opened.sessionHash);
    return;
  }
  if (opened.openedBy !== null && !looksLikeText(opened.bytes) && looksLikeFile(opened.bytes)) {
    const file = { filename: "decrypted", contentType: "application/octet-stream", bytes: opened.bytes };
    result.files.push(file);
    part.inside.push(filePiece("file in the message", file));
    result.openedBy.push(opened.openedBy);
    result.sessionHashes.push(opened.sessionHash);
    return;
  }
  const { text } = decodeText(opened.bytes, armor.charset ?? charset, { chosen: tries.chosen });
  part.inside.push(readPiece("words in the message", opened.bytes.length, text.trim() ? "text" : "empty"));
  result.segments.push({ sort: opened.openedBy === null ? "signed" : "encrypted", text });
  if (opened.signature.signed !== "no") result.checks.push(opened.signature);
  if (opened.openedBy === null) return;
  result.openedBy.push(opened.openedBy);
  result.sessionHashes.push(opened.sessionHash);
}

/** Shown is what was checked, never the text beside it. */
async function addSigned(
  result: OpenedInline,
  text: string,
  block: string | undefined,
  charset: string | undefined,
  tries: Tries,
): Promise<void> {
  result.parts.push(readPiece("signed words in the text", text.length, "text"));
  const read = block ? readClearSigned(block) : null;
  const signature = read && dearmor(read.signature, "SIGNATURE");
  if (!read || !signature) {
    result.segments.push({ sort: "signed", text: roughlyShown(text) });
    result.checks.push({ ...notSigned, signed: "cannot check", reason: "not supported" });
    return;
  }
  result.checks.push(await checkDetached(Buffer.from(read.signed, "latin1"), signature, tries.verifyWith));
  result.segments.push({
    sort: "signed",
    text: decodeText(Buffer.from(read.shown, "latin1"), charset, { chosen: tries.chosen }).text,
  });
}
