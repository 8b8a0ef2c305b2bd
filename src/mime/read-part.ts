import type { Attachment } from "./mail.ts";
import type { Entity } from "./mime-tree.ts";

/** What became of a part of a mail: shown, kept as a file, or named with the reason. */
export type Became =
  | "mail"
  | "header"
  | "parts"
  | "text"
  | "file"
  | "key"
  | "signature"
  | "opened"
  | "not opened"
  | "read inside"
  | "empty"
  | "another form"
  | "control part"
  | "notice"
  | "left out";

/** A part of a mail, what became of it, and what was found inside it, in reading order. */
export type ReadPart = {
  /** Its media type; words, where it is no part in the terms of MIME. */
  what: string;
  /** With its transfer encoding undone; of what holds parts, as they came. */
  bytes: number;
  became: Became;
  why?: string;
  /** The name of a file. */
  name?: string;
  /** The charset that its words were read in, and whether nothing trustworthy named it. */
  charset?: string;
  isGuessed?: boolean;
  /** The charset that the part itself names. */
  label?: string;
  /** The file that it was kept as. */
  file?: Attachment;
  inside: ReadPart[];
};

/** A part of MIME, or with `what` another piece of a mail. */
export function readPart(
  entity: Pick<Entity, "type" | "body">,
  became: Became,
  more: Partial<ReadPart> = {},
): ReadPart {
  return { what: entity.type, bytes: entity.body.length, became, inside: [], ...more };
}

/** What is no part of its own: words behind an encoded part, a ciphertext in a text, a file in winmail.dat. */
export function readPiece(
  what: string,
  bytes: number,
  became: Became,
  more: Partial<ReadPart> = {},
): ReadPart {
  return { what, bytes, became, inside: [], ...more };
}

/** The same, as a file. */
export function filePiece(what: string, file: Attachment): ReadPart {
  return readPiece(what, file.bytes.length, "file", { name: file.filename, file });
}

/** Its head, with the line that ends it. */
export function headerPart({ raw, body }: Entity, why?: string): ReadPart {
  return readPiece("header", raw.length - body.length, "header", why ? { why } : {});
}

/** A mail as a whole: its header, what its body is, and the files of what stands in no part, since a header was too long. */
export function mailPart(tree: Entity, body: ReadPart, rests: Attachment[] = []): ReadPart {
  const pieces = rests.map((file) => filePiece("rest of a header", file));
  return readPiece("mail", tree.raw.length, "mail", { inside: [headerPart(tree), body, ...pieces] });
}
