import { type Armor, findArmors } from "./find-armor.ts";

/** A piece of a text: plain words, an armoured message, or a clear-signed one, in the order in which they stand. */
export type InlinePiece =
  | { kind: "text" | "signed"; text: string }
  | { kind: "message"; text: string; armor: Armor };

const mostBlocks = 20;
const beginsSigned = /^-----BEGIN PGP SIGNED MESSAGE-----[ \t]*\r?$/gm;

/** Parts a text at its OpenPGP blocks, wherever they stand; a signed block without its end reaches to the end of the text. */
export function splitInline(text: string): InlinePiece[] {
  const pieces: InlinePiece[] = [];
  let at = 0;
  for (const block of blocksOf(text).slice(0, mostBlocks)) {
    pieces.push({ kind: "text", text: text.slice(at, block.start) }, block.piece);
    at = block.end;
  }
  return [...pieces, { kind: "text" as const, text: text.slice(at) }].filter(
    (piece) => piece.kind !== "text" || piece.text.trim() !== "",
  );
}

type Block = { start: number; end: number; piece: InlinePiece };

/** What stands inside a signed block is part of it, whatever it is. */
function blocksOf(text: string): Block[] {
  const signed = signedBlocks(text);
  const isInside = ({ start }: Armor) => signed.some((block) => block.start <= start && start < block.end);
  const messages = findArmors(text, ["message"])
    .filter((armor) => !isInside(armor))
    .map((armor) => ({
      start: armor.start,
      end: armor.end,
      piece: { kind: "message" as const, text: text.slice(armor.start, armor.end), armor },
    }));
  return [...signed, ...messages].toSorted((one, other) => one.start - other.start);
}

function signedBlocks(text: string): Block[] {
  const blocks: Block[] = [];
  for (const { index } of text.matchAll(beginsSigned)) {
    if (index < (blocks.at(-1)?.end ?? 0)) continue;
    const end = endOfSigned(text, index);
    blocks.push({ start: index, end, piece: { kind: "signed", text: text.slice(index, end) } });
    if (blocks.length === mostBlocks) break;
  }
  return blocks;
}

function endOfSigned(text: string, start: number): number {
  const line = "\n-----END PGP SIGNATURE-----";
  const found = text.indexOf(line, start);
  return found === -1 ? text.length : found + line.length;
}

/** What a clear-signed block says, the bytes that its signature is about, and the signature's armour. */
export type ClearSigned = { shown: string; signed: string; signature: string };

/**
 * Reads a clear-signed block, one character for each byte (RFC 9580 §7). Null when it has other headers than Hash or a
 * dash that is not escaped: then what a person sees and what was signed could differ.
 */
export function readClearSigned(block: string): ClearSigned | null {
  const lines = block.split("\n").map((line) => line.replace(/\r$/, ""));
  const empty = lines.findIndex((line) => line.trim() === "");
  const begin = lines.indexOf("-----BEGIN PGP SIGNATURE-----");
  if (empty === -1 || begin < empty) return null;
  if (!lines.slice(1, empty).every((line) => /^Hash: [A-Za-z0-9, -]+$/.test(line))) return null;

  const body = lines.slice(empty + 1, begin);
  if (body.some((line) => line.startsWith("-") && !line.startsWith("- "))) return null;
  const words = body.map((line) => withoutEnd(line.startsWith("- ") ? line.slice(2) : line));
  return { shown: words.join("\n"), signed: words.join("\r\n"), signature: lines.slice(begin).join("\n") };
}

/** What anybody would see of a block that cannot be read strictly. */
export function roughlyShown(block: string): string {
  const body = block
    .split(/\n[ \t\r]*\n/)
    .slice(1)
    .join("\n\n");
  return body.split("\n-----BEGIN PGP SIGNATURE-----")[0] ?? "";
}

function withoutEnd(line: string): string {
  let end = line.length;
  while (line[end - 1] === " " || line[end - 1] === "\t") end -= 1;
  return line.slice(0, end);
}
