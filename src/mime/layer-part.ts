import { type CryptoLayer, isEmptyText } from "./crypto-layer.ts";
import { decodeText } from "./decode-text.ts";
import { contentOfEntity } from "./entity-content.ts";
import { isUsualNotice } from "./is-usual-notice.ts";
import type { Entity } from "./mime-tree.ts";
import { type Became, type ReadPart, readPart, readPiece } from "./read-part.ts";

export type OpenLayer = Extract<CryptoLayer, { kind: "encrypted" | "signed" }>;

/**
 * A layer of cryptography as it is told: what it is made of, with what it protects inside. `closed` is the part with the
 * ciphertext, for one that is still to be opened.
 */
export function partOfLayer(
  entity: Entity,
  layer: OpenLayer,
  payload: ReadPart | null,
): { part: ReadPart; closed: ReadPart | null } {
  let closed: ReadPart | null = null;
  const children = entity.children.map((child) => {
    if (layer.kind === "signed" && child === layer.payload && payload) return payload;
    if (layer.kind === "signed") return leafPart(child, "signature");
    if (child !== layer.part) return leafPart(child, isEmptyText(child) ? "empty" : "control part");
    closed = leafPart(child, payload ? "opened" : "not opened");
    if (payload) closed.inside.push(payload);
    return closed;
  });
  return {
    part: readPart(entity, "parts", {
      inside: inOrder(entity, children, entity.outside.map(partBesideLayer)),
    }),
    closed,
  };
}

function leafPart(entity: Entity, became: Became): ReadPart {
  return readPart(entity, became, { bytes: contentOfEntity(entity).length });
}

/** What stands beside the one part that a signature or an encryption is about is never shown with it; null: nothing. */
export function partBesideLayer(bytes: Uint8Array): ReadPart | null {
  const { text } = decodeText(bytes, undefined);
  if (text.trim() === "") return null;
  return isUsualNotice(text) ? noticePart(bytes) : outsidePart(bytes, "left out");
}

/** Words before the first part, between parts, or behind the last one. */
export function outsidePart(bytes: Uint8Array, became: Became): ReadPart {
  return readPiece("words outside of its parts", bytes.length, became);
}

/** What programs write there for others that know no MIME. */
export function noticePart(bytes: Uint8Array): ReadPart {
  return readPiece("notice for programs that know no MIME", bytes.length, "notice");
}

/** Children and what stands outside of them, as they follow one another in the mail. */
export function inOrder(
  { children, outside }: Entity,
  partsOfChildren: ReadPart[],
  partsOutside: (ReadPart | null)[],
): ReadPart[] {
  const placed = [
    ...partsOfChildren.map((part, index) => ({ part, at: children[index]?.raw.byteOffset ?? 0 })),
    ...partsOutside.map((part, index) => ({ part, at: outside[index]?.byteOffset ?? 0 })),
  ];
  return placed.toSorted((one, other) => one.at - other.at).flatMap(({ part }) => part ?? []);
}
