import { checkDetached, notSigned, type SignatureCheck } from "../openpgp/check-signatures.ts";
import { dearmor } from "../openpgp/dearmor.ts";
import type { DecryptionFailure } from "../openpgp/decrypt.ts";
import { decodeText } from "./decode-text.ts";
import { contentOfEntity } from "./entity-content.ts";
import type { Armor } from "./find-armor.ts";
import { type InlinePiece, readClearSigned, roughlyShown, splitInline } from "./inline-pgp.ts";
import type { Attachment } from "./mail.ts";
import { type Entity, entitiesOf } from "./mime-tree.ts";
import type { Segment } from "./open-document.ts";
import { openOnce, type Tries } from "./open-envelope.ts";
import { isWholeMail } from "./read-decrypted.ts";

export type OpenedInline = {
  segments: Segment[];
  checks: SignatureCheck[];
  openedBy: string[];
  sessionHashes: string[];
  /** Blocks that did not open, as files. */
  closed: Attachment[];
  failures: DecryptionFailure[];
  warnings: string[];
  /** Blocks that hold a MIME entity instead of words, as PGP/MIME does. */
  mails: Uint8Array[];
  /** A block that was opened bears marks of quoting: it was copied from somewhere. */
  isQuoted: boolean;
};

/**
 * Opens the OpenPGP blocks in the text of a document; the words around them are shown apart. `payload` gives the bytes
 * that clear signatures are about, before any charset is undone.
 */
export async function openInline(text: string, payload: Entity, tries: Tries): Promise<OpenedInline> {
  const result: OpenedInline = {
    segments: [],
    checks: [],
    openedBy: [],
    sessionHashes: [],
    closed: [],
    failures: [],
    warnings: [],
    mails: [],
    isQuoted: false,
  };
  const pieces = splitInline(text);
  if (pieces.every(({ kind }) => kind === "text")) return { ...result, segments: [{ sort: "plain", text }] };

  const leaves = blocksInBytes(payload);
  const signedBlocks = leaves.filter(({ kind }) => kind === "signed");
  const canPair = signedBlocks.length === pieces.filter(({ kind }) => kind === "signed").length;
  const charset = leaves.find(({ kind }) => kind === "message")?.charset;
  for (const piece of pieces) {
    if (piece.kind === "text") result.segments.push({ sort: "plain", text: piece.text.trim() });
    else if (piece.kind === "message") await addMessage(result, piece, charset, tries);
    else await addSigned(result, piece.text, canPair ? signedBlocks.shift() : undefined, tries);
  }
  const isMixed = result.segments.some(({ sort }) => sort === "plain");
  if (isMixed && result.segments.some(({ sort }) => sort === "encrypted"))
    result.warnings.push("text before or after the encrypted part was not encrypted");
  return result;
}

type BlockInBytes = InlinePiece & { charset: string | undefined };

/** The same blocks in the plain text parts, one character for each byte. */
function blocksInBytes(payload: Entity): BlockInBytes[] {
  const leaves = [...entitiesOf(payload)].filter(
    ({ type, disposition }) => type === "text/plain" && disposition !== "attachment",
  );
  return leaves.flatMap((leaf) => {
    const pieces = splitInline(Buffer.from(contentOfEntity(leaf)).toString("latin1"));
    return pieces.flatMap((piece) =>
      piece.kind === "text" ? [] : [{ ...piece, charset: leaf.parameters.get("charset") }],
    );
  });
}

async function addMessage(
  result: OpenedInline,
  { text: asItStands, armor }: { text: string; armor: Armor },
  charset: string | undefined,
  tries: Tries,
): Promise<void> {
  const opened = await openOnce(armor.bytes, tries);
  if (!opened.ok) {
    result.failures.push(opened.reason);
    const bytes = Buffer.from(asItStands);
    result.closed.push({ filename: "not-opened.asc", contentType: "application/octet-stream", bytes });
    return;
  }
  if (opened.openedBy !== null && armor.isQuoted) result.isQuoted = true;
  if (opened.openedBy !== null && isWholeMail(opened.bytes)) {
    result.mails.push(opened.bytes);
    result.openedBy.push(opened.openedBy);
    result.sessionHashes.push(opened.sessionHash);
    return;
  }
  const { text } = decodeText(opened.bytes, armor.charset ?? charset);
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
  block: BlockInBytes | undefined,
  tries: Tries,
): Promise<void> {
  const read = block ? readClearSigned(block.text) : null;
  const signature = read && dearmor(read.signature, "SIGNATURE");
  if (!read || !signature) {
    result.segments.push({ sort: "signed", text: roughlyShown(text) });
    result.checks.push({ ...notSigned, signed: "cannot check", reason: "not supported" });
    return;
  }
  result.checks.push(await checkDetached(Buffer.from(read.signed, "latin1"), signature, tries.verifyWith));
  result.segments.push({
    sort: "signed",
    text: decodeText(Buffer.from(read.shown, "latin1"), block?.charset).text,
  });
}
