import { charsetWords } from "../mime/charset-choices.ts";
import type { ListedPart, ListOfParts } from "../mime/list-parts.ts";
import { bytes } from "../web/format.ts";
import type { Structure } from "./find-structure.ts";

/** A part as the page shows it, those inside it below. */
export type ToldPart = {
  what: string;
  /** What it is stands in the terms of MIME, not in words. */
  isType: boolean;
  /** Its size and charset: "12 kB · Cyrillic, KOI8-R, guessed". */
  facts: string;
  /** What became of it. */
  words: string;
  /** The file that it was kept as; null: none, or the files were read in another way since. */
  file: { id: string; filename: string } | null;
  /** A file's name, where it was not kept as that. */
  name: string | null;
  inside: ToldPart[];
};

/** Below this level parts stand below one another without being set in further. */
const deepestShown = 10;

/** The list of parts as a tree, with links to the files. */
export function tellParts({ parts }: ListOfParts, files: Structure["files"]): ToldPart[] {
  const roots: ToldPart[] = [];
  const open: ToldPart[][] = [roots];
  for (const part of parts) {
    const told = tellPart(part, files);
    const level = Math.min(part.level, deepestShown, open.length - 1);
    open[level]?.push(told);
    open.splice(level + 1, open.length, told.inside);
  }
  return roots;
}

function tellPart(part: ListedPart, files: Structure["files"]): ToldPart {
  const kept = part.file === undefined ? undefined : files[part.file];
  const file = kept && kept.filename.slice(0, 200) === part.name ? kept : null;
  return {
    what: whats[part.what] ?? part.what,
    isType: part.what.includes("/"),
    facts: [bytes(part.bytes), ...charsetFacts(part)].join(" · "),
    words: wordsFor(part),
    file,
    name: part.name && !file ? part.name : null,
    inside: [],
  };
}

const whats: Record<string, string> = { mail: "The mail", header: "Header" };

function charsetFacts({ charset, isGuessed, label }: ListedPart): string[] {
  if (!charset || charset === "us-ascii") return [];
  const named = label && label.toLowerCase() !== charset ? ` (it says “${label}”)` : "";
  return [`${charsetWords(charset)}${isGuessed ? ", guessed" : ""}${named}`];
}

function wordsFor({ became, why, level }: ListedPart): string {
  const words: Record<ListedPart["became"], string> = {
    mail: "as it came",
    header:
      level > 1
        ? "its subject, sender and date are shown; all of it stands in the file"
        : "its subject, sender and date are shown; all of it stands in the raw mail",
    parts: "made of the parts below",
    text: "shown as text",
    file: "kept as a file",
    key: "an OpenPGP key; it is kept for somebody to confirm",
    signature: "a signature; what it says stands in the frame of the message",
    opened: "was encrypted, or packed, and was opened",
    "not opened": "not opened",
    "read inside": "read inside; what stood in it follows",
    empty: "nothing stands in it",
    "another form": "left out: it says the same as what is shown, in another form",
    "control part": "left out: it says no more than that something encrypted follows",
    notice: "left out: it says no more than that the mail has parts, or is encrypted",
    "left out": "left out",
  };
  return why ? `${words[became]}: ${why}` : words[became];
}
