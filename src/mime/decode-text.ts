/** What the bytes of a text say. `charset` is the one that they were read in; `guessed`: nothing trustworthy named it. */
export type DecodedText = { text: string; charset: string; guessed: boolean };

/** Where a charset may be named besides the Content-Type: "html" looks for `<meta>`. */
export type DecodeHints = { html?: boolean };

/** Text from bytes: what is valid UTF-8 unless another charset is named; a charset that nobody knows is a Western one. */
export function decodeText(
  bytes: Uint8Array,
  charset: string | undefined,
  _hints: DecodeHints = {},
): DecodedText {
  const named = (charset ?? "").trim().toLowerCase();
  const isUnicodeNamed = /^(utf-?8|us-ascii|ascii|)$/.test(named);
  const utf8 = Buffer.from(bytes).toString("utf8");
  const isUtf8 = !utf8.includes("\ufffd");
  if (isUtf8 && (isUnicodeNamed || isAscii(bytes)))
    return { text: clean(utf8), charset: "utf-8", guessed: false };
  if (isUnicodeNamed) return western(bytes);
  try {
    return { text: clean(new TextDecoder(named).decode(bytes)), charset: named, guessed: false };
  } catch {
    return isUtf8 ? { text: clean(utf8), charset: "utf-8", guessed: true } : western(bytes);
  }
}

function western(bytes: Uint8Array): DecodedText {
  const text = clean(new TextDecoder("windows-1252").decode(bytes));
  return { text, charset: "windows-1252", guessed: true };
}

/** An escape begins another alphabet in the charsets of ISO 2022. */
function isAscii(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte < 0x80 && byte !== 0x1b);
}

function clean(text: string): string {
  return text.replaceAll("\0", "").replace(/\r\n?/g, "\n").toWellFormed();
}
