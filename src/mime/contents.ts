import { cleanLine } from "./clean-line.ts";
import { layerOf } from "./crypto-layer.ts";
import { decodeText } from "./decode-text.ts";
import { readContent } from "./entity-content.ts";
import { findArmors } from "./find-armor.ts";
import type { Ciphertext } from "./is-ciphertext.ts";
import { isUsualNotice } from "./is-usual-notice.ts";
import { inOrder, noticePart, outsidePart, partOfLayer } from "./layer-part.ts";
import { looksLikeText } from "./looks-like-file.ts";
import type { Attachment } from "./mail.ts";
import type { Entity } from "./mime-tree.ts";
import { shapeOf } from "./packet-shape.ts";
import { filenameOf, fileOf, isForReading, type LeafText, textOf } from "./read-leaf.ts";
import { filePiece, type ReadPart, readPart, readPiece } from "./read-part.ts";
import { safeFilename } from "./safe-filename.ts";
import { saysMore } from "./says-more.ts";
import { textFromHtml } from "./text-from-html.ts";
import { withoutUuencoded } from "./uuencode.ts";

/** A piece of what an entity holds, in reading order. `leaf` is what a text was made of, `part` what is told of it. */
export type Piece =
  | { kind: "text"; entity: Entity; part: ReadPart; text: string; leaf: LeafText }
  | { kind: "file"; entity: Entity; part: ReadPart; file: Attachment }
  | { kind: "ciphertext"; entity: Entity; part: ReadPart; ciphertext: Ciphertext };

/** All that an entity holds: every leaf of it is among the pieces, or `part` tells why not. */
export type Contents = {
  pieces: Piece[];
  /** The entity with all that stands in it, and what became of each part. */
  part: ReadPart;
  warnings: string[];
  /** The charset of the texts, where they say more than ASCII can. */
  charset?: string;
};

const mostTexts = 200;

/**
 * Reads what stands in an entity. Of alternatives, plain text is taken where it says as much as the page beside it, else
 * both. Encrypted parts below the root are pieces of their own. `chosen` is a charset that a person chose for all texts.
 */
export function contentsOf(root: Entity, chosen?: string): Contents {
  const reading: Reading = { root, chosen, warnings: [] };
  const { part, pieces } = readEntity(root, reading);
  const { warnings, charset } = reading;
  return {
    pieces: withoutTooManyTexts(pieces, warnings),
    part,
    warnings,
    ...(charset ? { charset } : {}),
  };
}

type Reading = Pick<Contents, "warnings" | "charset"> & { root: Entity; chosen: string | undefined };
type Read = { part: ReadPart; pieces: Piece[] };

function readEntity(entity: Entity, reading: Reading): Read {
  if (!entity.type.startsWith("multipart/")) return readLeaf(entity, reading);
  if (entity.children.length === 0) return readBroken(entity, reading);

  const outside = entity.outside.map((bytes) => readOutside(entity, bytes, reading));
  const outsidePieces = outside.flatMap((one) => one?.pieces ?? []);
  const outsideParts = outside.map((one) => one?.part ?? null);
  const layer = entity === reading.root ? null : layerOf(entity);
  if (layer?.kind === "encrypted") {
    const { part, closed } = partOfLayer({ ...entity, outside: [] }, layer, null);
    part.inside = inOrder(entity, part.inside, outsideParts);
    const { ciphertext } = layer;
    return {
      part,
      pieces: [...outsidePieces, { kind: "ciphertext", entity, part: closed ?? part, ciphertext }],
    };
  }
  const inside = entity.children.map((child) => readEntity(child, reading));
  const part = readPart(entity, "parts", {
    inside: inOrder(
      entity,
      inside.map((one) => one.part),
      outsideParts,
    ),
  });
  const pieces = inside.flatMap((one) => one.pieces);
  const kept = entity.type === "multipart/alternative" ? alternativesOf(pieces) : pieces;
  return { part, pieces: [...outsidePieces, ...kept] };
}

/** A multipart in which no part can be found shows what stands in it. */
function readBroken(entity: Entity, { warnings }: Reading): Read {
  const { text } = decodeText(entity.body, undefined);
  if (text.trim() === "") return { part: readPart(entity, "empty"), pieces: [] };
  warnings.push("the parts of the mail could not be told apart, the raw body is shown");
  const part = readPart(entity, "text", { why: "its parts could not be told apart" });
  return { part, pieces: [textPiece(entity, part, text.replace(/^\n+/, ""), entity.body)] };
}

/** Words outside of the parts are shown, but the notice for programs that know no MIME. */
function readOutside(entity: Entity, bytes: Uint8Array, { warnings }: Reading): Read | null {
  const { text } = decodeText(bytes, undefined);
  if (text.trim() === "") return null;
  if (isUsualNotice(text)) return { part: noticePart(bytes), pieces: [] };
  warnings.push("words stand outside of the parts of the mail");
  const part = outsidePart(bytes, "text");
  return { part, pieces: [textPiece(entity, part, text.trim(), bytes)] };
}

function textPiece(entity: Entity, part: ReadPart, text: string, bytes: Uint8Array): Piece {
  const leaf = { isHtml: false, content: text, bytes, charset: undefined, isGuessed: false };
  return { kind: "text", entity, part, text, leaf };
}

function readLeaf(entity: Entity, reading: Reading): Read {
  const { bytes, rest } = readContent(entity);
  const isText = isForReading(entity, bytes) || isOnlyWords(entity, bytes, reading);
  const read = isText ? readText(entity, bytes, reading) : readFile(entity, bytes, reading);
  if (rest.trim() === "") return read;
  reading.warnings.push("words stand behind an encoded part of the mail");
  const binary = Buffer.from(rest, "latin1");
  const part = readPiece("words behind its encoded bytes", binary.length, "text");
  read.part.inside.push(part);
  read.pieces.push(textPiece(entity, part, decodeText(binary, undefined).text, binary));
  return read;
}

function readText(entity: Entity, bytes: Uint8Array, reading: Reading): Read {
  const { warnings, chosen } = reading;
  const leaf = textOf(entity, bytes, { near: reading.charset, chosen });
  if (leaf.isGuessed) warnings.push(`no charset is named, its words are read as ${leaf.charset}`);
  if (leaf.charset && leaf.charset !== "us-ascii") reading.charset ??= leaf.charset;
  const { text, files } = withoutUuencoded(leaf.content);
  const inside = files.map((file) => uuencodedFile(entity, file));
  const part = readPart(entity, text.trim() === "" && files.length === 0 ? "empty" : "text", {
    bytes: bytes.length,
    inside: inside.map((one) => one.part),
    ...charsetOf(entity, leaf),
  });
  return { part, pieces: [{ kind: "text", entity, part, text, leaf }, ...inside] };
}

function charsetOf({ parameters }: Entity, { charset, isGuessed }: LeafText): Partial<ReadPart> {
  const label = parameters.get("charset");
  return {
    ...(charset ? { charset } : {}),
    ...(isGuessed ? { isGuessed } : {}),
    ...(label ? { label: cleanLine(label, 60) } : {}),
  };
}

function readFile(entity: Entity, bytes: Uint8Array, { warnings, charset }: Reading): Read {
  const file = fileOf(entity, entity.type === "message/external-body" ? entity.raw : bytes, charset);
  const part = readPart(entity, "file", { bytes: file.bytes.length, name: file.filename, file });
  if (entity.type === "message/external-body") {
    warnings.push("a part of the mail lies elsewhere and was not fetched");
    part.why = "what it stands for lies elsewhere and was not fetched";
  }
  if (entity.type === "message/partial") {
    warnings.push("the mail is one piece of a longer one");
    part.why = "it is one piece of a longer mail";
  }
  return { part, pieces: [{ kind: "file", entity, part, file }] };
}

/** A mail that is one part without a name, of a type that nobody knows, and holds nothing but words. */
function isOnlyWords(entity: Entity, bytes: Uint8Array, { root }: Reading): boolean {
  if (entity !== root || entity.disposition !== "" || !entity.type.startsWith("application/")) return false;
  if (filenameOf(entity) !== null || /pgp|pkcs7|tnef|json|xml|mbox/.test(entity.type)) return false;
  return bytes.length > 0 && looksLikeText(bytes);
}

function uuencodedFile(
  entity: Entity,
  { name, bytes }: { name: string; bytes: Uint8Array },
): Extract<Piece, { kind: "file" }> {
  const filename = safeFilename(name, "unnamed");
  const file = { filename, contentType: "application/octet-stream", bytes };
  return { kind: "file", entity, part: filePiece("file in the text (uuencode)", file), file };
}

function alternativesOf(pieces: Piece[]): Piece[] {
  const texts = pieces.filter((piece) => piece.kind === "text");
  const plain = texts.filter(({ text, leaf }) => !leaf.isHtml && text.trim() !== "");
  if (plain.length === 0) return pieces;
  const said = plain.map(({ text }) => text).join("\n");
  const others = texts.filter((piece) => !plain.includes(piece));
  const spare = isMangled(said)
    ? plain.filter(() => others.some(({ leaf }) => !isMangled(readable(leaf.content), true)))
    : others.filter(({ leaf }) => !leaf.isHtml || !saysMore(leaf.content, said));
  for (const { part, text } of spare) part.became = text.trim() === "" ? "empty" : "another form";
  return pieces.filter((piece) => piece.kind !== "text" || !spare.includes(piece));
}

/** Whether a ciphertext in a text lost something on its way; or, where one is wanted, whether there is none. */
function isMangled(text: string, isWanted = false): boolean {
  const armors = findArmors(text, ["message"]);
  const isWhole = armors.every(({ bytes }) => bytes && !shapeOf(bytes).startsWith("cut"));
  return !isWhole || (isWanted && armors.length === 0);
}

/** A page becomes text only when it is shown; what is beyond the bound becomes files. */
function withoutTooManyTexts(pieces: Piece[], warnings: string[]): Piece[] {
  let count = 0;
  return pieces.flatMap((piece): Piece[] => {
    if (piece.kind !== "text") return [piece];
    count += 1;
    const { entity, leaf, part } = piece;
    if (count <= mostTexts) return leaf.isHtml ? readablePieces(piece) : [piece];
    if (count === mostTexts + 1)
      warnings.push(`more than ${mostTexts} text parts, the first are shown and the others are files`);
    const file = fileOf(entity, leaf.bytes);
    Object.assign(part, { became: "file", name: file.filename, file, why: "there are too many texts" });
    return [{ kind: "file", entity, part, file }];
  });
}

/** The words of a page, and the pictures that stand in it. */
function readablePieces(piece: Extract<Piece, { kind: "text" }>): Piece[] {
  const { entity, leaf, part } = piece;
  const read = textFromHtml(leaf.content);
  const text = clean(read.text);
  const files = read.files.map((file): Piece => {
    return { kind: "file", entity, part: filePiece("file in the page (data:)", file), file };
  });
  part.inside.push(...files.map((one) => one.part));
  if (text.trim() === "" && files.length === 0) part.became = "empty";
  return [{ ...piece, text }, ...files];
}

function clean(text: string): string {
  return text.replaceAll("\0", "").replace(/\r\n?/g, "\n").toWellFormed();
}

function readable(html: string): string {
  return clean(textFromHtml(html).text);
}
