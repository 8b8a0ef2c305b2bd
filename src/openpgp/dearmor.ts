/**
 * The bytes inside an ASCII armour of this kind ("MESSAGE", "PUBLIC KEY BLOCK"), or null when the armour is not
 * complete (RFC 9580 §6). The checksum is not read: what is inside authenticates itself.
 */
export function dearmor(text: string, kind: string): Uint8Array | null {
  const start = text.indexOf(`-----BEGIN PGP ${kind}-----`);
  if (start === -1) return null;
  const end = text.indexOf(`-----END PGP ${kind}-----`, start);
  if (end === -1) return null;

  const lines = text.slice(start, end).split(/\r\n|\r|\n/);
  const body = lines.slice(firstBodyLine(lines)).map((line) => line.trim());
  const base64 = body.filter((line) => line !== "" && !isChecksum(line)).join("");
  return decoded(base64);
}

/** Node leaves out what is no base64; then fewer bytes come out than the letters are for. An expression would take ten times as long. */
function decoded(base64: string): Uint8Array | null {
  const end = base64.endsWith("==") ? -2 : base64.endsWith("=") ? -1 : base64.length;
  const letters = base64.slice(0, end).length;
  if (letters === 0 || letters % 4 === 1 || base64.includes("-") || base64.includes("_")) return null;
  const bytes = Buffer.from(base64, "base64");
  return bytes.length === Math.floor((letters * 3) / 4) ? bytes : null;
}

/** Some programs forget the empty line after the armour headers; a header has a colon, base64 never. */
function firstBodyLine(lines: string[]): number {
  let at = 1;
  while (at < lines.length && lines[at]?.includes(": ")) at += 1;
  return at;
}

function isChecksum(line: string): boolean {
  return line.length === 5 && line.startsWith("=");
}

/** The packets of a message, signature or key file that may be armoured; null when it is neither. */
export function binaryOf(data: Uint8Array | string, kind: string): Uint8Array | null {
  if (typeof data === "string") return dearmor(data, kind);
  // Every packet begins with the highest bit set, no armour does.
  if ((data[0] ?? 0) & 0x80) return data;
  return dearmor(Buffer.from(data).toString("latin1"), kind);
}
