import { formatBodyStructure } from "./body-structure.ts";
import { formatEnvelope } from "./envelope.ts";
import type { Message } from "./folder.ts";
import { formatDateTime } from "./formats.ts";
import { endOfHead, readFields } from "./headers.ts";
import { findPart, readParts } from "./mime-parts.ts";
import type { Piece } from "./outlet.ts";
import { type Argument, BadCommand } from "./parse-arguments.ts";

export type FetchItem = {
  label: string;
  marksSeen: boolean;
  show: (message: Message) => Piece;
};

const shorthands: Record<string, string[]> = {
  ALL: ["FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE"],
  FAST: ["FLAGS", "INTERNALDATE", "RFC822.SIZE"],
  FULL: ["FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODYSTRUCTURE"],
};

const simpleItems: Record<string, (message: Message) => Piece> = {
  UID: (message) => `${message.uid}`,
  FLAGS: (message) => `(${[...message.flags].join(" ")})`,
  INTERNALDATE: (message) => formatDateTime(message.internalDate),
  "RFC822.SIZE": (message) => `${message.raw.length}`,
  ENVELOPE: (message) => formatEnvelope(message.raw),
  BODYSTRUCTURE: (message) => formatBodyStructure(readParts(message.raw)),
  BODY: (message) => formatBodyStructure(readParts(message.raw)),
};

const oldNames: Record<string, string> = {
  RFC822: "BODY[]",
  "RFC822.HEADER": "BODY.PEEK[HEADER]",
  "RFC822.TEXT": "BODY[TEXT]",
};

/** What a FETCH asks for; throws BadCommand for an item that this server does not know. */
export function readFetchItems(argument: Argument | undefined): FetchItem[] {
  const texts = argument?.kind === "list" ? argument.items : [argument];
  return texts.flatMap((item) => {
    if (item?.kind !== "atom") throw new BadCommand("Unknown fetch item");
    const name = item.text.toUpperCase();
    return (shorthands[name] ?? [item.text]).map(readItem);
  });
}

/** The answer for one message. */
export function formatFetch(number: number, message: Message, items: FetchItem[]): Piece[] {
  const pieces: Piece[] = [`* ${number} FETCH (`];
  for (const [index, item] of items.entries())
    pieces.push(`${index > 0 ? " " : ""}${item.label} `, item.show(message));
  return [...pieces, ")\r\n"];
}

function readItem(text: string): FetchItem {
  const name = text.toUpperCase();
  const simple = Object.hasOwn(simpleItems, name) ? simpleItems[name] : undefined;
  if (simple) return { label: name, marksSeen: false, show: simple };

  const asked = Object.hasOwn(oldNames, name) ? (oldNames[name] ?? text) : text;
  const match = /^BODY(\.PEEK)?\[([^\]]*)\](?:<(\d{1,10})\.(\d{1,10})>)?$/i.exec(asked);
  if (!match) throw new BadCommand("Unknown fetch item");

  const [, peek, section = "", start, length] = match;
  const show = readSection(section);
  const slice = (bytes: Buffer) =>
    start ? bytes.subarray(Number(start), Number(start) + Number(length)) : bytes;
  const label = Object.hasOwn(oldNames, name)
    ? name
    : `BODY[${section.toUpperCase()}]${start ? `<${Number(start)}>` : ""}`;
  return { label, marksSeen: !peek, show: (message) => absentOr(show(message.raw), slice) };
}

function absentOr(bytes: Buffer | null, slice: (bytes: Buffer) => Buffer): Piece {
  return bytes ? slice(bytes) : "NIL";
}

function readSection(section: string): (raw: Buffer) => Buffer | null {
  const match = /^((?:\d{1,5}\.?)*)(HEADER|TEXT|MIME|HEADER\.FIELDS(?:\.NOT)? \(([^()]*)\))?$/i.exec(section);
  if (!match) throw new BadCommand("Unknown section");

  const numbers = (match[1] ?? "").split(".").filter(Boolean).map(Number);
  const what = (match[2] ?? "").toUpperCase();
  const names = (match[3] ?? "").toLowerCase().replaceAll('"', "").split(" ").filter(Boolean);
  return (raw) => {
    const part = numbers.length > 0 ? findPart(readParts(raw), numbers) : null;
    if (numbers.length > 0 && !part) return null;
    if (what === "MIME") return part?.head ?? null;
    // The header and text of a part are those of the mail inside it.
    const mail = part ? (what ? part.body : null) : raw;
    return mail ? cut(mail, what, names) : (part?.body ?? null);
  };
}

function cut(raw: Buffer, what: string, names: string[]): Buffer {
  if (what === "") return raw;
  if (what === "HEADER") return raw.subarray(0, endOfHead(raw));
  if (what === "TEXT") return raw.subarray(endOfHead(raw));
  const isWanted = (name: string) => names.includes(name) !== what.startsWith("HEADER.FIELDS.NOT");
  const wanted = readFields(raw).filter((field) => isWanted(field.name));
  return Buffer.from(`${wanted.map((field) => field.whole).join("")}\r\n`, "latin1");
}
