/** A piece of a text: plain words, an armoured message, or a clear-signed one, in the order in which they stand. */
export type InlinePiece = { kind: "text" | "message" | "signed"; text: string };

const mostBlocks = 20;
const begins = /^-----BEGIN PGP (MESSAGE|SIGNED MESSAGE)-----[ \t]*\r?$/gm;

/** Parts a text at its OpenPGP blocks, wherever they stand; a block without its end reaches to the end of the text. */
export function splitInline(text: string): InlinePiece[] {
  const pieces: InlinePiece[] = [];
  let at = 0;
  let blocks = 0;
  for (const match of text.matchAll(begins)) {
    if (match.index < at || blocks === mostBlocks) continue;
    const kind = match[1] === "MESSAGE" ? "message" : "signed";
    const end = endOf(text, match.index, kind);
    pieces.push(
      { kind: "text", text: text.slice(at, match.index) },
      { kind, text: text.slice(match.index, end) },
    );
    at = end;
    blocks += 1;
  }
  return [...pieces, { kind: "text" as const, text: text.slice(at) }].filter(
    (piece) => piece.kind !== "text" || piece.text.trim() !== "",
  );
}

function endOf(text: string, start: number, kind: "message" | "signed"): number {
  const line = `\n-----END PGP ${kind === "message" ? "MESSAGE" : "SIGNATURE"}-----`;
  const found = text.indexOf(line, start);
  return found === -1 ? text.length : found + line.length;
}

/** The charset that the headers of an armour name (RFC 9580 §6.2.2.4). */
export function charsetOfArmor(armor: string): string | undefined {
  return /^Charset: *([\w.:+-]{1,40})[ \t]*\r?$/im.exec(armor.slice(0, 1000))?.[1];
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
