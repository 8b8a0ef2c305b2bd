import type { Contents, Piece } from "./contents.ts";
import type { Attachment } from "./mail.ts";
import { fileOf } from "./read-leaf.ts";

/** What a person reads in a mail, and the rest as attachments. */
export function readBody({ pieces }: Contents): { text: string; attachments: Attachment[] } {
  return {
    text: joinTexts(pieces.flatMap((piece) => (piece.kind === "text" ? [piece.text] : []))),
    attachments: pieces.flatMap(filesOf),
  };
}

/** An encrypted part is the files that it is made of. */
function filesOf(piece: Piece): Attachment[] {
  if (piece.kind === "file") return [piece.file];
  if (piece.kind === "text") return [];
  return piece.entity.children.filter(({ children }) => children.length === 0).map((leaf) => fileOf(leaf));
}

/** Texts of several parts as one; those without words are left out. */
export function joinTexts(texts: string[]): string {
  return texts.filter((text) => text.trim() !== "").join("\n");
}
