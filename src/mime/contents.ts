import { layerOf } from "./crypto-layer.ts";
import { decodeText } from "./decode-text.ts";
import { readContent } from "./entity-content.ts";
import { findArmors } from "./find-armor.ts";
import type { Ciphertext } from "./is-ciphertext.ts";
import { looksLikeText } from "./looks-like-file.ts";
import type { Attachment } from "./mail.ts";
import type { Entity } from "./mime-tree.ts";
import { shapeOf } from "./packet-shape.ts";
import { filenameOf, fileOf, isForReading, type LeafText, textOf } from "./read-leaf.ts";
import { safeFilename } from "./safe-filename.ts";
import { saysMore } from "./says-more.ts";
import { textFromHtml } from "./text-from-html.ts";
import { withoutUuencoded } from "./uuencode.ts";

/** What became of a part, for the page that tells how a mail was read. */
export type Fate = { became: Became; name?: string; why?: string };
export type Became =
  | "parts"
  | "text"
  | "file"
  | "empty"
  | "another form"
  | "control part"
  | "signature"
  | "opened"
  | "not opened"
  | "read inside"
  | "outside of all parts";

/** A piece of what an entity holds, in reading order. `leaf` is what a text was made of. */
export type Piece =
  | { kind: "text"; entity: Entity; text: string; leaf: LeafText }
  | { kind: "file"; entity: Entity; file: Attachment }
  | { kind: "ciphertext"; entity: Entity; ciphertext: Ciphertext };

/** All that an entity holds: every leaf of it is among the pieces, or its fate tells why not. */
export type Contents = {
  pieces: Piece[];
  fates: Map<Entity, Fate>;
  warnings: string[];
  /** The charset of the texts, where they say more than ASCII can. */
  charset?: string;
};

const mostTexts = 200;

/**
 * Reads what stands in an entity. Of alternatives, plain text is taken where it says as much as the page beside it, else
 * both. Encrypted parts below the root are pieces of their own.
 */
export function contentsOf(root: Entity): Contents {
  const contents: Contents = { pieces: [], fates: new Map(), warnings: [] };
  const pieces = piecesOf(root, { root, contents });
  contents.pieces = withoutTooManyTexts(pieces, contents);
  return contents;
}

type Reading = { root: Entity; contents: Contents };

function piecesOf(entity: Entity, reading: Reading): Piece[] {
  if (!entity.type.startsWith("multipart/")) return leafPieces(entity, reading);
  if (entity.children.length === 0) return brokenPieces(entity, reading);

  const { fates } = reading.contents;
  fates.set(entity, { became: "parts" });
  const outside = entity.outside.flatMap((bytes) => outsidePieces(entity, bytes, reading));
  const layer = entity === reading.root ? null : layerOf(entity);
  if (layer?.kind === "encrypted")
    return [...outside, { kind: "ciphertext", entity, ciphertext: layer.ciphertext }];
  const inside = entity.children.map((child) => piecesOf(child, reading));
  const parts =
    entity.type === "multipart/alternative" ? alternativesOf(inside.flat(), fates) : inside.flat();
  return [...outside, ...parts];
}

/** A multipart in which no part can be found shows what stands in it. */
function brokenPieces(entity: Entity, { contents }: Reading): Piece[] {
  const { text } = decodeText(entity.body, undefined);
  if (text.trim() === "") {
    contents.fates.set(entity, { became: "empty" });
    return [];
  }
  contents.warnings.push("the parts of the mail could not be told apart, the raw body is shown");
  contents.fates.set(entity, { became: "text" });
  return [textPiece(entity, text.replace(/^\n+/, ""), entity.body)];
}

/** Words outside of the parts are shown, but the notice for programs that know no MIME. */
function outsidePieces(entity: Entity, bytes: Uint8Array, { contents }: Reading): Piece[] {
  const { text } = decodeText(bytes, undefined);
  if (text.trim() === "" || isUsualNotice(text)) return [];
  contents.warnings.push("words stand outside of the parts of the mail");
  return [textPiece(entity, text.trim(), bytes)];
}

/** Whether words outside of all parts say no more than that the mail is made of parts, or signed, or encrypted. */
export function isUsualNotice(text: string): boolean {
  return text.length < 600 && /\bMIME\b|multi-?part|OpenPGP|\bPGP\b/i.test(text);
}

function textPiece(entity: Entity, text: string, bytes: Uint8Array): Piece {
  const leaf = { isHtml: false, content: text, bytes, charset: undefined, isGuessed: false };
  return { kind: "text", entity, text, leaf };
}

function leafPieces(entity: Entity, reading: Reading): Piece[] {
  const { fates, warnings, charset } = reading.contents;
  const { bytes, rest } = readContent(entity);
  const after =
    rest.trim() === ""
      ? []
      : [
          textPiece(
            entity,
            decodeText(Buffer.from(rest, "latin1"), undefined).text,
            Buffer.from(rest, "latin1"),
          ),
        ];
  if (after.length > 0) warnings.push("words stand behind an encoded part of the mail");
  if (isForReading(entity, bytes) || isOnlyWords(entity, bytes, reading)) {
    const leaf = textOf(entity, bytes, reading.contents.charset);
    if (leaf.isGuessed) warnings.push(`no charset is named, its words are read as ${leaf.charset}`);
    if (leaf.charset && leaf.charset !== "us-ascii") reading.contents.charset ??= leaf.charset;
    const { text, files } = withoutUuencoded(leaf.content);
    fates.set(entity, { became: text.trim() === "" && files.length === 0 ? "empty" : "text" });
    const attached = files.map((file) => uuencodedFile(entity, file));
    return [{ kind: "text", entity, text, leaf }, ...attached, ...after];
  }
  const file = fileOf(entity, entity.type === "message/external-body" ? entity.raw : bytes, charset);
  fates.set(entity, { became: "file", name: file.filename });
  if (entity.type === "message/external-body")
    warnings.push("a part of the mail lies elsewhere and was not fetched");
  if (entity.type === "message/partial") warnings.push("the mail is one piece of a longer one");
  return [{ kind: "file", entity, file }, ...after];
}

/** A mail that is one part without a name, of a type that nobody knows, and holds nothing but words. */
function isOnlyWords(entity: Entity, bytes: Uint8Array, { root }: Reading): boolean {
  if (entity !== root || entity.disposition !== "" || !entity.type.startsWith("application/")) return false;
  if (filenameOf(entity) !== null || /pgp|pkcs7|tnef|json|xml|mbox/.test(entity.type)) return false;
  return bytes.length > 0 && looksLikeText(bytes);
}

function uuencodedFile(entity: Entity, { name, bytes }: { name: string; bytes: Uint8Array }): Piece {
  const filename = safeFilename(name, "unnamed");
  return { kind: "file", entity, file: { filename, contentType: "application/octet-stream", bytes } };
}

function alternativesOf(pieces: Piece[], fates: Map<Entity, Fate>): Piece[] {
  const texts = pieces.filter((piece) => piece.kind === "text");
  const plain = texts.filter(({ text, leaf }) => !leaf.isHtml && text.trim() !== "");
  if (plain.length === 0) return pieces;
  const said = plain.map(({ text }) => text).join("\n");
  const others = texts.filter((piece) => !plain.includes(piece));
  const spare = isMangled(said)
    ? plain.filter(() => others.some(({ leaf }) => !isMangled(readable(leaf.content), true)))
    : others.filter(({ leaf }) => !leaf.isHtml || !saysMore(leaf.content, said));
  for (const { entity, text } of spare)
    fates.set(entity, { became: text.trim() === "" ? "empty" : "another form" });
  return pieces.filter((piece) => piece.kind !== "text" || !spare.includes(piece));
}

/** Whether a ciphertext in a text lost something on its way; or, where one is wanted, whether there is none. */
function isMangled(text: string, isWanted = false): boolean {
  const armors = findArmors(text, ["message"]);
  const isWhole = armors.every(({ bytes }) => bytes && !shapeOf(bytes).startsWith("cut"));
  return !isWhole || (isWanted && armors.length === 0);
}

/** A page becomes text only when it is shown; what is beyond the bound becomes files. */
function withoutTooManyTexts(pieces: Piece[], { fates, warnings }: Contents): Piece[] {
  let count = 0;
  return pieces.flatMap((piece): Piece[] => {
    if (piece.kind !== "text") return [piece];
    count += 1;
    const { entity, leaf } = piece;
    if (count <= mostTexts) return leaf.isHtml ? readablePieces(piece) : [piece];
    if (count === mostTexts + 1)
      warnings.push(`more than ${mostTexts} text parts, the first are shown and the others are files`);
    const file = fileOf(entity, leaf.bytes);
    fates.set(entity, { became: "file", name: file.filename });
    return [{ kind: "file", entity, file }];
  });
}

/** The words of a page, and the pictures that stand in it. */
function readablePieces(piece: Extract<Piece, { kind: "text" }>): Piece[] {
  const { entity, leaf } = piece;
  const { text, files } = textFromHtml(leaf.content);
  return [{ ...piece, text: clean(text) }, ...files.map((file) => ({ kind: "file" as const, entity, file }))];
}

function clean(text: string): string {
  return text.replaceAll("\0", "").replace(/\r\n?/g, "\n").toWellFormed();
}

function readable(html: string): string {
  return clean(textFromHtml(html).text);
}
