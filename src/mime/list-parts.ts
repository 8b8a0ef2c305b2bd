import type { Attachment } from "./mail.ts";
import type { ReadPart } from "./read-part.ts";

/** A part in the list of all parts of a mail; `level` is 0 for the mail, and `file` its place among the mail's files. */
export type ListedPart = Omit<ReadPart, "inside" | "file"> & { level: number; file?: number };

/** How a mail was read: its parts in reading order, and how many more there are that are not listed. */
export type ListOfParts = { parts: ListedPart[]; more: number };

const mostListed = 500;
const longestName = 200;

/** All parts below one another, with the places of the files that were kept. */
export function listParts(mail: ReadPart, attachments: Attachment[]): ListOfParts {
  const places = new Map(attachments.map((file, place) => [file, place]));
  const list: ListOfParts = { parts: [], more: 0 };
  const waiting = [{ part: mail, level: 0 }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { part, level } = next;
    if (list.parts.length < mostListed) list.parts.push(listed(part, level, places));
    else list.more += 1;
    for (const inside of part.inside.toReversed()) waiting.push({ part: inside, level: level + 1 });
  }
  return list;
}

function listed(
  { inside: _inside, file, name, ...part }: ReadPart,
  level: number,
  places: Map<Attachment, number>,
): ListedPart {
  const place = file && places.get(file);
  return {
    level,
    ...part,
    ...(name ? { name: name.slice(0, longestName) } : {}),
    ...(place === undefined ? {} : { file: place }),
  };
}
