/**
 * A raw mail as RFC 5322 has it: without a byte order mark and empty lines in front of its header, its lines ended by line
 * feeds, in one byte for each ASCII letter. Nothing that says anything is taken away; mostly it is the same bytes.
 */
export function rawMail(raw: Uint8Array): Uint8Array {
  const bytes = fromUtf16(Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength));
  return withLineFeeds(fromItsHeader(bytes));
}

function fromUtf16(bytes: Buffer): Buffer {
  const isLittle = bytes[0] === 0xff && bytes[1] === 0xfe;
  const isBig = bytes[0] === 0xfe && bytes[1] === 0xff;
  if (!isLittle && !isBig) return bytes;
  const even = Buffer.from(bytes.subarray(2, bytes.length - (bytes.length % 2)));
  return Buffer.from((isLittle ? even : even.swap16()).toString("utf16le"));
}

const farthest = 4096;

/** Empty lines are no end of a header that has not begun, where a header stands below them. */
function fromItsHeader(bytes: Buffer): Buffer {
  const begin = bytes.toString("latin1", 0, farthest);
  const front = /^(?:\u00ef\u00bb\u00bf|[\s\0])*/.exec(begin)?.[0].length ?? 0;
  const isHeader = /^(>?From [^:\r\n]|[!-9;-~]+[ \t]*:)/.test(begin.slice(front));
  const isLine = front > 0 && isHeader && names.test(begin.slice(front));
  return isLine ? bytes.subarray(front) : bytes;
}

/** One of the first fields is one that mails have: words with a colon are none. */
const names =
  /^(?:[^\r\n]*(?:\r\n?|\n)){0,20}?(?:from|to|subject|date|message-id|received|return-path|mime-version|content-type|delivered-to|dkim-signature)[ \t]*:/i;

/** Old Macs end lines with a carriage return alone; a server puts line feeds behind the last one. */
function withLineFeeds(bytes: Buffer): Buffer {
  const first = bytes.indexOf(0x0a);
  const line = bytes.toString("latin1", 0, first === -1 ? farthest : Math.min(first, farthest));
  if (!/\r[!-9;-~]+[ \t]*:/.test(line)) return bytes;
  return Buffer.from(bytes.toString("latin1").replace(/\r\n?/g, "\n"), "latin1");
}
