const longestHead = 1024 * 1024;

/** Where the body begins: after the first empty line, or at the end. */
export function endOfHead(raw: Buffer): number {
  if (raw[0] === 0x0a) return 1;
  if (raw[0] === 0x0d && raw[1] === 0x0a) return 2;
  const [withReturn, without] = [raw.indexOf("\r\n\r\n"), raw.indexOf("\n\n")];
  if (withReturn < 0 && without < 0) return raw.length;
  return without < 0 || (withReturn >= 0 && withReturn < without) ? withReturn + 4 : without + 2;
}

/** The header fields as they stand, each with its name in lower case and its folded lines. */
export function readFields(raw: Buffer): { name: string; value: string; whole: string }[] {
  const head = raw.toString("latin1", 0, Math.min(endOfHead(raw), longestHead));
  return head.split(/\r?\n(?![ \t])/).flatMap((field) => {
    const colon = field.indexOf(":");
    if (colon < 1) return [];
    const value = field
      .slice(colon + 1)
      .replace(/\r?\n/g, "")
      .trim();
    return [{ name: field.slice(0, colon).trim().toLowerCase(), value, whole: `${field}\r\n` }];
  });
}

/** The first value of a field, unfolded, one character for each byte; null when the mail has none. */
export function readField(raw: Buffer, name: string): string | null {
  return readFields(raw).find((field) => field.name === name)?.value ?? null;
}

/** Text of a field with its encoded words read (RFC 2047) and raw UTF-8 understood. */
export function decodeField(value: string): string {
  return Buffer.from(value, "latin1")
    .toString("utf8")
    .replace(/(=\?[^?\s]+\?[bq]\?[^?\s]*\?=)\s+(?==\?)/gi, "$1")
    .replace(/=\?([^?*\s]+)[^?\s]*\?([bq])\?([^?\s]*)\?=/gi, (whole, charset, form, text) => {
      const bytes = form.toLowerCase() === "b" ? Buffer.from(text, "base64") : bytesOfQ(text);
      try {
        return new TextDecoder(charset).decode(bytes);
      } catch {
        return whole;
      }
    });
}

function bytesOfQ(text: string): Buffer {
  const plain = text
    .replaceAll("_", " ")
    .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(plain, "latin1");
}
