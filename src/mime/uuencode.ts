/** A text without the files that stand uuencoded in it, as mail programs attached them before MIME, and these files. */
export type WithoutUuencoded = { text: string; files: { name: string; bytes: Uint8Array }[] };

const mostFiles = 100;
const begin = /^begin [0-7]{3,4} (\S[^\r\n]{0,200})\r?\n/gm;

/** Takes the uuencoded files (POSIX.1) out of a text. What only looks like one stays text. */
export function withoutUuencoded(text: string): WithoutUuencoded {
  const files: WithoutUuencoded["files"] = [];
  let kept = "";
  let at = 0;
  let looked = 0;
  for (const match of text.matchAll(begin)) {
    if (match.index < looked || files.length === mostFiles) continue;
    const { bytes, end } = readLines(text, match.index + match[0].length);
    looked = end;
    if (!bytes) continue;
    kept += text.slice(at, match.index);
    files.push({ name: (match[1] ?? "").trim(), bytes });
    at = end;
  }
  return { text: kept + text.slice(at), files };
}

/** The bytes of a body that is uuencoded as a whole; null when it is not. */
export function decodeUuencoded(body: string): Uint8Array | null {
  return withoutUuencoded(body).files[0]?.bytes ?? null;
}

/** Lines of at most 45 bytes up to the line "end"; no bytes when one of them is no such line. */
function readLines(text: string, start: number): { bytes: Uint8Array | null; end: number } {
  const lines: Uint8Array[] = [];
  let at = start;
  while (at < text.length) {
    const found = text.indexOf("\n", at);
    const after = found === -1 ? text.length : found + 1;
    const line = after - at > 80 ? null : text.slice(at, after).replace(/\r?\n$/, "");
    if (line === "end") return { bytes: Buffer.concat(lines), end: after };
    const bytes = line === null ? null : bytesOf(line);
    if (!bytes) break;
    lines.push(bytes);
    at = after;
  }
  return { bytes: null, end: at };
}

/** The first letter says how many bytes there are; each four letters hold three. */
function bytesOf(line: string): Uint8Array | null {
  const length = sixBits(line, 0);
  if (length > 45 || (line !== "" && line.length < 1 + Math.ceil((length * 4) / 3))) return null;
  const bytes = new Uint8Array(length + 3);
  for (let from = 1, to = 0; to < length; from += 4, to += 3) {
    const four = (sixBits(line, from) << 18) | (sixBits(line, from + 1) << 12);
    const all = four | (sixBits(line, from + 2) << 6) | sixBits(line, from + 3);
    bytes.set([all >> 16, (all >> 8) & 255, all & 255], to);
  }
  return bytes.subarray(0, length);
}

function sixBits(line: string, at: number): number {
  const code = line.charCodeAt(at);
  return Number.isNaN(code) || code < 0x20 ? 0 : (code - 0x20) & 63;
}
